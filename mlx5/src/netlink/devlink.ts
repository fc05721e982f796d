import { type Attribute, type AttributeValue, attributeNumber, readAttributes, writeAttributes } from './attributes.ts';
import { FLAG, GENERIC_HEADER_BYTES, MESSAGE_TYPE, readMessages, writeRequest } from './messages.ts';
import { malformed } from './netlinkError.ts';

/** The family that knows the families.
 * @source include/uapi/linux/genetlink.h */
const CONTROL = { family: 16, getFamily: 3, version: 2 } as const;
export const CONTROL_ATTRIBUTE = { FAMILY_ID: 1, FAMILY_NAME: 2, VERSION: 3 } as const;

/** @source include/uapi/linux/devlink.h, enum devlink_command */
const DEVLINK_COMMAND = { INFO_GET: 51, REPORTER_GET: 52, DIAGNOSE: 55, DUMP_GET: 56 } as const;
const DEVLINK_VERSION = 1;

/** @source include/uapi/linux/devlink.h, enum devlink_attr */
export const ATTRIBUTE = {
  BUS_NAME: 1,
  DEV_NAME: 2,
  PORT_INDEX: 3,
  INFO_DRIVER_NAME: 98,
  INFO_SERIAL_NUMBER: 99,
  INFO_VERSION_FIXED: 100,
  INFO_VERSION_RUNNING: 101,
  INFO_VERSION_STORED: 102,
  INFO_VERSION_NAME: 103,
  INFO_VERSION_VALUE: 104,
  FMSG: 106,
  HEALTH_REPORTER: 114,
  REPORTER_NAME: 115,
  REPORTER_STATE: 116,
  REPORTER_ERR_COUNT: 117,
  REPORTER_RECOVER_COUNT: 118,
  REPORTER_DUMP_TS: 119,
  REPORTER_GRACEFUL_PERIOD: 120,
  REPORTER_AUTO_RECOVER: 121,
  REPORTER_DUMP_TS_NS: 137,
  REPORTER_AUTO_DUMP: 141,
} as const;

/** What is asked of devlink: reads, and `dump`, for which a driver makes firmware dump itself unless a dump is kept
 * already. There is no other request: none that recovers, clears, tests or sets anything. */
export type DevlinkQuestion =
  | { readonly type: 'family' | 'reporters' | 'info' }
  | { readonly type: 'diagnose' | 'dump'; readonly reporter: string; readonly portIndex?: number };

/** Command, kind of answer and time for it. */
export const QUESTIONS = {
  family: { command: CONTROL.getFamily, flags: FLAG.ACK, withinMs: 10_000 },
  reporters: { command: DEVLINK_COMMAND.REPORTER_GET, flags: FLAG.DUMP, withinMs: 10_000 },
  info: { command: DEVLINK_COMMAND.INFO_GET, flags: FLAG.ACK, withinMs: 10_000 },
  diagnose: { command: DEVLINK_COMMAND.DIAGNOSE, flags: FLAG.ACK, withinMs: 10_000 },
  dump: { command: DEVLINK_COMMAND.DUMP_GET, flags: FLAG.DUMP, withinMs: 120_000 },
} as const;

/** The bytes of a request. */
export function devlinkRequest(
  question: DevlinkQuestion,
  { pciAddress, family, sequence }: { readonly pciAddress: string; readonly family: number; readonly sequence: number },
): Uint8Array {
  const { command, flags } = QUESTIONS[question.type];
  if (question.type === 'family') {
    const attributes = writeAttributes([{ type: CONTROL_ATTRIBUTE.FAMILY_NAME, value: 'devlink' }]);
    return writeRequest({ family: CONTROL.family, command, version: CONTROL.version, flags, sequence, attributes });
  }
  const values: AttributeValue[] = [
    { type: ATTRIBUTE.BUS_NAME, value: 'pci' },
    { type: ATTRIBUTE.DEV_NAME, value: pciAddress },
  ];
  if (question.type === 'diagnose' || question.type === 'dump') {
    if (question.portIndex !== undefined) values.push({ type: ATTRIBUTE.PORT_INDEX, value: question.portIndex });
    values.push({ type: ATTRIBUTE.REPORTER_NAME, value: question.reporter });
  }
  return writeRequest({
    ...{ family, command, version: DEVLINK_VERSION, flags, sequence },
    attributes: writeAttributes(values),
  });
}

/** The attributes of each of an answer's messages that carries any.
 * @throws NetlinkError */
export function* answerAttributes(answer: Uint8Array): Generator<readonly Attribute[]> {
  for (const { type, payload } of readMessages(answer)) {
    if (type <= MESSAGE_TYPE.DONE) continue;
    if (payload.length < GENERIC_HEADER_BYTES) throw malformed(`a generic message of ${payload.length} bytes`);
    yield [...readAttributes(payload.subarray(GENERIC_HEADER_BYTES))];
  }
}

/** Number of devlink's family, by the answer to `family`; undefined when it is not in it.
 * @throws NetlinkError */
export function familyIn(answer: Uint8Array): number | undefined {
  for (const attributes of answerAttributes(answer)) {
    const found = attributes.find(({ type }) => type === CONTROL_ATTRIBUTE.FAMILY_ID);
    if (found !== undefined) return Number(attributeNumber(found));
  }
  return undefined;
}
