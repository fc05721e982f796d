import { firmwareVersion, psidOf } from '../firmware/registers/identity.ts';
import type { HostFunction } from '../host/host.ts';
import { errno } from '../system/errno.ts';
import { type Reporter, reportersOf } from './devlinkReporters.ts';
import { acknowledge, answer, done, nest, number, parseRequest, type Request, text, textOf } from './message.ts';

/** The family of families, and the number that devlink has here: on a real kernel it differs with every start. */
const CONTROL = 16;
const GETFAMILY = 3;
const FAMILY = 0x1d;
const VERSION = 1;

/** @source include/uapi/linux/devlink.h */
const COMMAND = { INFO_GET: 51, REPORTER_GET: 52, DIAGNOSE: 55, DUMP_GET: 56 } as const;
const BUS_NAME = 1;
const DEV_NAME = 2;
const PORT_INDEX = 3;
const FMSG = 106;
const REPORTER_NAME = 115;
const DUMP = 0x300;
const ENOTSUP = 95;

/** So much of what a driver says goes into one message. */
const PART_BYTES = 4096;

/** What the kernel would answer to a request: whole messages, one behind the other. Bytes that are no request get none. */
export function answerDevlink(bytes: Uint8Array, functions: readonly HostFunction[]): Uint8Array {
  const request = parseRequest(Buffer.from(bytes));
  if (request === undefined) return new Uint8Array(0);
  const isList = (request.flags & DUMP) === DUMP;
  const granted = request.type === CONTROL ? family(request) : devlink(request, functions, isList);
  if (typeof granted === 'number') return acknowledge(request, granted);
  return Buffer.concat([...granted, isList ? done(request) : acknowledge(request, 0)]);
}

/** Messages, or an errno. */
type Answer = readonly Buffer[] | number;

function family(request: Request): Answer {
  if (request.command !== GETFAMILY) return ENOTSUP;
  if (textOf(request, 2) !== 'devlink') return errno.ENOENT;
  return [answer(request, [text(2, 'devlink'), number(1, FAMILY, 2), number(3, VERSION, 4)], false)];
}

function devlink(request: Request, functions: readonly HostFunction[], isList: boolean): Answer {
  if (request.type !== FAMILY) return errno.ENOENT;
  const here = functions.filter(({ present, profile }) => present && profile.state === 'running');
  if (request.command === COMMAND.REPORTER_GET && isList) return listReporters(request, here);
  const bus = textOf(request, BUS_NAME);
  const fn = here.find(({ profile }) => bus === 'pci' && profile.pciAddress === textOf(request, DEV_NAME));
  if (fn === undefined) return errno.ENODEV;
  if (request.command === COMMAND.INFO_GET) return info(request, fn);
  if (request.command !== COMMAND.DIAGNOSE && request.command !== COMMAND.DUMP_GET) return ENOTSUP;
  const port = request.attributes.get(PORT_INDEX)?.readUInt32LE(0);
  const reporter = reportersOf(fn).find(
    ({ name, portIndex }) => name === textOf(request, REPORTER_NAME) && portIndex === port,
  );
  if (reporter === undefined) return errno.EINVAL;
  const said = request.command === COMMAND.DIAGNOSE ? reporter.diagnose?.() : isList ? reporter.dump?.() : undefined;
  return said === undefined ? ENOTSUP : inParts(request, said);
}

function handle({ profile }: HostFunction): readonly Buffer[] {
  return [text(BUS_NAME, 'pci'), text(DEV_NAME, profile.pciAddress)];
}

function listReporters(request: Request, functions: readonly HostFunction[]): Answer {
  return functions.flatMap((fn) =>
    reportersOf(fn).map((reporter) => {
      const port = reporter.portIndex === undefined ? [] : [number(PORT_INDEX, reporter.portIndex, 4)];
      return answer(request, [...handle(fn), ...port, nest(114, ...reporterAttributes(reporter))], true);
    }),
  );
}

function reporterAttributes({ name, failed, errors, recoveries, dumpSeconds, graceMs }: Reporter): readonly Buffer[] {
  const dump = dumpSeconds === undefined ? [] : [number(119, Math.floor(dumpSeconds * 1000), 8)];
  const recovery = graceMs === undefined ? [] : [number(120, graceMs, 8), number(121, 1, 1)];
  return [
    ...[text(REPORTER_NAME, name), number(116, failed ? 1 : 0, 1), number(117, errors, 8)],
    ...[number(118, recoveries, 8), ...dump, ...recovery, number(141, 1, 1)],
  ];
}

function info(request: Request, fn: HostFunction): Answer {
  const { card } = fn.firmware;
  const version = firmwareVersion(card)
    .map((part, at) => (at === 2 ? String(part).padStart(4, '0') : String(part)))
    .join('.');
  const versioned = (kind: number, name: string, value: string) => nest(kind, text(103, name), text(104, value));
  const attributes = [
    ...handle(fn),
    text(98, 'mlx5_core'),
    versioned(100, 'fw.psid', psidOf(card)),
    ...[101, 102].flatMap((kind) => ['fw.version', 'fw'].map((name) => versioned(kind, name, version))),
  ];
  return [answer(request, attributes, false)];
}

/** Items are never cut, the list of them is. */
function inParts(request: Request, items: Buffer): Answer {
  const parts: Buffer[] = [];
  let begin = 0;
  for (let at = 0; at < items.length; ) {
    at += (items.readUInt16LE(at) + 3) & ~3;
    if (at - begin < PART_BYTES && at < items.length) continue;
    parts.push(answer(request, [nest(FMSG, items.subarray(begin, at))], true));
    begin = at;
  }
  // A list that was asked for ends by itself; an answer in parts has an end of its own.
  return (request.flags & DUMP) === DUMP ? parts : [...parts, done(request)];
}
