import type { Frame, Item } from '../collect/item.ts';
import { type Attribute, attributeNumber, attributeText, readAttributes } from '../netlink/attributes.ts';
import { ATTRIBUTE, answerAttributes, CONTROL_ATTRIBUTE } from '../netlink/devlink.ts';
import { decodeFmsg } from '../netlink/fmsg.ts';
import { errorText, MESSAGE_TYPE, readMessages } from '../netlink/messages.ts';
import { errnoText, NetlinkError } from '../netlink/netlinkError.ts';
import { reportersIn } from '../netlink/reporters.ts';
import type { DecodedError, DecodedFields } from './decodedItem.ts';
import { syndromeText } from './healthSyndromes.ts';
import type { Presentation } from './present.ts';

const VERSIONS = new Map<number, string>([
  [ATTRIBUTE.INFO_VERSION_FIXED, 'fixed'],
  [ATTRIBUTE.INFO_VERSION_RUNNING, 'running'],
  [ATTRIBUTE.INFO_VERSION_STORED, 'stored'],
]);

const STATES = ['healthy', 'error'];

/** Whether an item is an answer of devlink, in messages of generic netlink. */
export function isDevlink({ kind, name }: Pick<Item, 'kind' | 'name'>): boolean {
  return kind === 'host' && name.startsWith('devlink/');
}

/** What devlink answered, of the device that was asked about. Messages that cannot be read are said in `fault`. */
export function decodeDevlink({ name, frames }: Item): Presentation {
  const last = frames.at(-1);
  const nothing = { fields: {}, texts: {}, unknown: {} };
  if (last === undefined) return nothing;
  try {
    if (name === 'devlink/family') return { ...nothing, fields: familyFields(last.outbox) };
    if (name === 'devlink/info') return { ...nothing, fields: infoFields(last.outbox) };
    if (name === 'devlink/health') return presentReporters(last);
    return presentMessage(last.outbox);
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    return { ...nothing, fields: { fault: error.message } };
  }
}

/** Why devlink gave no answer. */
export function devlinkFault({ errno, outbox }: Frame): DecodedError {
  const name = errnoText(errno);
  try {
    for (const message of readMessages(outbox)) {
      if (message.type !== MESSAGE_TYPE.ERROR) continue;
      return { name, text: errorText(message) ?? REASONS[name] ?? 'the kernel refused the request' };
    }
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    return { name, text: error.message };
  }
  return { name, text: REASONS[name] ?? 'the kernel could not be asked, or gave no whole answer' };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT:
    'there is no devlink here: the kernel is built without it, its module is not loaded, or the socket is missing',
  EOPNOTSUPP: 'the driver does not offer this',
  ENODEV: 'devlink has no such device in this network namespace: ask in the host’s',
  EPERM: 'CAP_NET_ADMIN is needed in the network namespace of the device',
  EACCES: 'CAP_NET_ADMIN is needed in the network namespace of the device',
  ETIMEDOUT: 'no whole answer came in time',
  EBADMSG: 'the answer could not be read',
  EMSGSIZE: 'the answer was longer than any is',
  ECONNREFUSED: 'nobody listens on the socket',
};

function familyFields(answer: Uint8Array): DecodedFields {
  const [attributes = []] = answerAttributes(answer);
  return {
    ...numberField(attributes, CONTROL_ATTRIBUTE.FAMILY_ID, 'family_id'),
    ...textField(attributes, CONTROL_ATTRIBUTE.FAMILY_NAME, 'family_name'),
    ...numberField(attributes, CONTROL_ATTRIBUTE.VERSION, 'version'),
  };
}

function infoFields(answer: Uint8Array): DecodedFields {
  const [attributes = []] = answerAttributes(answer);
  const versions = attributes.flatMap(({ type, payload }) => {
    const kind = VERSIONS.get(type);
    if (kind === undefined) return [];
    const parts = [...readAttributes(payload)];
    return [
      {
        kind,
        ...textField(parts, ATTRIBUTE.INFO_VERSION_NAME, 'name'),
        ...textField(parts, ATTRIBUTE.INFO_VERSION_VALUE, 'value'),
      },
    ];
  });
  return {
    ...textField(attributes, ATTRIBUTE.INFO_DRIVER_NAME, 'driver_name'),
    ...textField(attributes, ATTRIBUTE.INFO_SERIAL_NUMBER, 'serial_number'),
    versions,
  };
}

/** The list is of all devices: whose it is to be says the request. */
function presentReporters({ inbox, outbox }: Frame): Presentation {
  const [asked = []] = answerAttributes(inbox);
  const device = asked.find(({ type }) => type === ATTRIBUTE.DEV_NAME);
  const reporters = device === undefined ? [] : reportersIn(outbox, attributeText(device));
  const texts: Record<string, string> = {};
  for (const [at, { state }] of reporters.entries()) {
    const text = state === undefined ? undefined : STATES[state];
    if (text !== undefined) texts[`reporters[${at}].state`] = text;
  }
  return { fields: { reporters: reporters.map((reporter) => ({ ...reporter })) }, texts, unknown: {} };
}

function presentMessage(answer: Uint8Array): Presentation {
  const items: Attribute[] = [];
  for (const attributes of answerAttributes(answer)) {
    for (const { type, payload } of attributes) {
      if (type === ATTRIBUTE.FMSG) for (const item of readAttributes(payload)) items.push(item);
    }
  }
  const fields: DecodedFields = decodeFmsg(items);
  const texts: Record<string, string> = {};
  for (const path of ['Syndrome', 'synd']) {
    const value = fields[path];
    if (typeof value === 'number') texts[path] = syndromeText(value);
  }
  return { fields, texts, unknown: {} };
}

function textField(attributes: readonly Attribute[], type: number, name: string): DecodedFields {
  const found = attributes.find((attribute) => attribute.type === type);
  return found === undefined ? {} : { [name]: attributeText(found) };
}

function numberField(attributes: readonly Attribute[], type: number, name: string): DecodedFields {
  const found = attributes.find((attribute) => attribute.type === type);
  return found === undefined ? {} : { [name]: attributeNumber(found) };
}
