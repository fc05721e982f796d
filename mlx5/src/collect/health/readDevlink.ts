import { type DevlinkQuestion, devlinkRequest, familyIn } from '../../netlink/devlink.ts';
import { NetlinkError } from '../../netlink/netlinkError.ts';
import type { Devlink } from '../../netlink/openDevlink.ts';
import { type Reporter, reportersIn } from '../../netlink/reporters.ts';
import type { CollectContext } from '../collector.ts';
import type { Frame, Item, ItemOutcome } from '../item.ts';
import { itemKey } from '../registerRow.ts';

/** devlink has no such thing for this device, or the kernel no devlink. [ENOENT, ENODEV, EOPNOTSUPP] */
const ABSENT: readonly number[] = [2, 19, 95];

/** Reads what devlink says of a device: its versions, its health reporters with their state and counts, and what each of
 * them diagnoses. What the kernel refuses is an item with its errno.
 * @param dump asks each for its dump too, for which firmware may dump itself
 * @throws CollectorStop when cancelled or over the byte limit */
export function* readDevlink(context: CollectContext, { dump }: { readonly dump: boolean }): Generator<Item, void> {
  const { openDevlink, device } = context;
  if (openDevlink === undefined) return;
  let devlink: Devlink;
  try {
    devlink = openDevlink();
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    const question = { type: 'family' } as const;
    const inbox = devlinkRequest(question, { pciAddress: device.pciAddress, family: 0, sequence: 1 });
    const frame = frameOf({ inbox, outbox: new Uint8Array(0), errno: error.errno, startedNs: process.hrtime.bigint() });
    if (!context.done.has('devlink/family')) yield itemOf({ question, frame });
    return;
  }
  try {
    yield* askAll(context, devlink, dump);
  } catch (error) {
    // Its item has been yielded. What is left in the socket would be taken for the next answer.
    if (!(error instanceof NetlinkError)) throw error;
  } finally {
    devlink.close();
  }
}

function* askAll(context: CollectContext, devlink: Devlink, dump: boolean): Generator<Item, void> {
  const ask = (question: DevlinkQuestion, family: number) => askOnce(context, devlink, question, family);
  const named = yield* ask({ type: 'family' }, 0);
  const family = named === undefined ? undefined : familyIn(named);
  if (family === undefined) return;
  yield* ask({ type: 'info' }, family);
  const listed = yield* ask({ type: 'reporters' }, family);
  const reporters = listed === undefined ? [] : reportersIn(listed, context.device.pciAddress);
  for (const reporter of reporters) yield* ask({ type: 'diagnose', ...asked(reporter) }, family);
  if (!dump) return;
  for (const reporter of reporters) yield* dumpOf(context, devlink, { type: 'dump', ...asked(reporter) }, family);
}

function asked({ name, portIndex }: Reporter): { readonly reporter: string; readonly portIndex?: number } {
  return { reporter: name, ...(portIndex === undefined ? {} : { portIndex }) };
}

/** One question, one item.
 * @returns the answer, if it was granted
 * @throws NetlinkError after the item, when nothing more can be asked */
function* askOnce(
  { runner, done }: CollectContext,
  devlink: Devlink,
  question: DevlinkQuestion,
  family: number,
): Generator<Item, Uint8Array | undefined> {
  const known = done.get(nameOf(question).key);
  if (known !== undefined) return known.outcome === 'ok' ? known.frames.at(-1)?.outbox : undefined;
  const inbox = devlink.request(question, family);
  runner.admit(inbox.length);
  const startedNs = process.hrtime.bigint();
  const parts: Uint8Array[] = [];
  let errno = 0;
  let broken: NetlinkError | undefined;
  try {
    const answer = devlink.ask(inbox, question);
    for (let next = answer.next(); ; next = answer.next()) {
      if (next.done === true) {
        errno = next.value;
        break;
      }
      parts.push(next.value);
    }
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    broken = error;
    errno = error.errno;
  }
  const outbox = Uint8Array.from(Buffer.concat(parts));
  runner.admit(outbox.length);
  yield itemOf({ question, frame: frameOf({ inbox, outbox, errno, startedNs }) });
  if (broken !== undefined) throw broken;
  return errno === 0 ? outbox : undefined;
}

/** A dump has an item for each part, as it comes. One of which an earlier run has any is not made again.
 * @throws NetlinkError after the item */
function* dumpOf(
  { runner, done }: CollectContext,
  devlink: Devlink,
  question: DevlinkQuestion,
  family: number,
): Generator<Item, void> {
  if (done.has(nameOf(question, 0).key)) return;
  const inbox = devlink.request(question, family);
  const answer = devlink.ask(inbox, question);
  for (let window = 0; ; window += 1) {
    runner.admit(inbox.length);
    const startedNs = process.hrtime.bigint();
    const item = (outbox: Uint8Array, errno: number): Item =>
      itemOf({ question, window, frame: frameOf({ inbox, outbox, errno, startedNs }) });
    let next: IteratorResult<Uint8Array, number>;
    try {
      next = answer.next();
    } catch (error) {
      if (error instanceof NetlinkError) yield item(new Uint8Array(0), error.errno);
      throw error;
    }
    if (next.done === true) {
      // The part that said so was an item already, if it was granted.
      if (next.value !== 0) yield item(new Uint8Array(0), next.value);
      return;
    }
    runner.admit(next.value.length);
    yield item(next.value, 0);
  }
}

function nameOf(
  question: DevlinkQuestion,
  window?: number,
): { readonly key: string; readonly name: string; readonly index: Readonly<Record<string, number>> } {
  const { type } = question;
  if (type !== 'diagnose' && type !== 'dump') {
    const name = type === 'reporters' ? 'devlink/health' : `devlink/${type}`;
    return { key: name, name, index: {} };
  }
  const name = `devlink/health/${question.reporter}/${type}`;
  const { portIndex } = question;
  const index = {
    ...(portIndex === undefined ? {} : { port_index: portIndex }),
    ...(window === undefined ? {} : { window }),
  };
  return { key: itemKey(name, index), name, index };
}

function itemOf({
  question,
  window,
  frame,
}: {
  readonly question: DevlinkQuestion;
  readonly window?: number;
  readonly frame: Frame;
}): Item {
  return { ...nameOf(question, window), kind: 'host', outcome: outcomeOf(frame.errno), frames: [frame] };
}

function outcomeOf(errno: number): ItemOutcome {
  if (errno === 0) return 'ok';
  return ABSENT.includes(errno) ? 'absent' : 'failed';
}

function frameOf(what: Pick<Frame, 'inbox' | 'outbox' | 'errno' | 'startedNs'>): Frame {
  const none = { opcode: 0, opMod: 0, registerId: 0, status: 0, syndrome: 0 };
  return { ...none, ...what, elapsedNs: process.hrtime.bigint() - what.startedNs };
}
