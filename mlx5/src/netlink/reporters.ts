import { type Attribute, attributeNumber, attributeText, readAttributes } from './attributes.ts';
import { ATTRIBUTE, answerAttributes } from './devlink.ts';

/** A health reporter of a device's driver, as devlink lists it. */
export interface Reporter {
  readonly name: string;
  /** For a reporter of one port. */
  readonly portIndex?: number;
  /** 0 healthy, 1 error. */
  readonly state?: number;
  /** Errors since the driver was loaded, and those of them that it recovered from. Above 2^53 as decimal text. */
  readonly errors?: number | string;
  readonly recoveries?: number | string;
  /** Of the dump that is kept, milliseconds since the kernel's start. */
  readonly dumpMs?: number | string;
  readonly gracePeriodMs?: number | string;
  readonly autoRecover?: number | string;
  readonly autoDump?: number | string;
}

const NUMBERS = [
  ['state', ATTRIBUTE.REPORTER_STATE],
  ['errors', ATTRIBUTE.REPORTER_ERR_COUNT],
  ['recoveries', ATTRIBUTE.REPORTER_RECOVER_COUNT],
  ['dumpMs', ATTRIBUTE.REPORTER_DUMP_TS],
  ['gracePeriodMs', ATTRIBUTE.REPORTER_GRACEFUL_PERIOD],
  ['autoRecover', ATTRIBUTE.REPORTER_AUTO_RECOVER],
  ['autoDump', ATTRIBUTE.REPORTER_AUTO_DUMP],
] as const;

/** The reporters of one device in the list of all, those of the device before those of its ports as they are listed.
 * @throws NetlinkError */
export function reportersIn(answer: Uint8Array, pciAddress: string): readonly Reporter[] {
  const reporters: Reporter[] = [];
  for (const attributes of answerAttributes(answer)) {
    const find = (type: number): Attribute | undefined => attributes.find((attribute) => attribute.type === type);
    const device = find(ATTRIBUTE.DEV_NAME);
    const nest = find(ATTRIBUTE.HEALTH_REPORTER);
    if (device === undefined || nest === undefined || attributeText(device) !== pciAddress) continue;
    const port = find(ATTRIBUTE.PORT_INDEX);
    const reporter = reporterOf([...readAttributes(nest.payload)]);
    reporters.push(port === undefined ? reporter : { ...reporter, portIndex: Number(attributeNumber(port)) });
  }
  return reporters.filter(({ name }) => /^[\w-]{1,64}$/.test(name));
}

function reporterOf(attributes: readonly Attribute[]): Reporter {
  const find = (type: number): Attribute | undefined => attributes.find((attribute) => attribute.type === type);
  const name = find(ATTRIBUTE.REPORTER_NAME);
  const numbers = NUMBERS.flatMap(([field, type]) => {
    const found = find(type);
    return found === undefined ? [] : [[field, attributeNumber(found)] as const];
  });
  return { name: name === undefined ? '' : attributeText(name), ...Object.fromEntries(numbers) };
}
