import {
  MAILBOX_HEADER_BYTES,
  type ObjectType,
  objectInLength,
  STATUS,
  statusOf,
  writeObjectInputs,
} from '../../prm/index.ts';
import type { CollectContext, Collector, Estimate } from '../collector.ts';
import { countOf, type IdRange } from '../idList.ts';
import type { Item, ItemOutcome } from '../item.ts';
import { collectObjections, type Objections } from '../objections.ts';
import { itemKey } from '../registerRow.ts';
import { DUMPS } from '../resourceDump/dumpMode.ts';
import type { Objection } from '../resourceDump/planDumps.ts';
import { isMissing } from '../resourceDump/runDump.ts';
import type { ObjectDumpSpec } from '../spec.ts';
import { beyondLimit, idsIn, inputsFor, isClaimed, type ObjectPlan, planObjects } from './planObjects.ts';
import { createRevealer, type Revealer } from './revealIds.ts';

/** Objects of a request that says `all`, and what it takes to find out which they are. */
const OBJECTS_OF_ALL = 256;

/** So many answers at first that the device has no such query, and no other answer: it has none. */
const REFUSALS_TO_GIVE_UP = 3;

/** Reads the contexts of firmware objects. */
export function createObjectDump(spec: ObjectDumpSpec): Collector {
  const { objects } = spec.objectDump;

  function* collect(context: CollectContext): Generator<Item, void> {
    const objections = collectObjections(context);
    const revealer = createRevealer(context, objections);
    const seen = new Set<string>();
    for (const request of objects) {
      const plan = planObjects(request);
      if ('reason' in plan) objections.add(plan);
      else yield* readObjects(context, plan, { objections, revealer, seen });
    }
    objections.conclude();
  }

  return {
    type: 'ObjectDump',
    impact: 'ReadOnly',
    needs: DUMPS,
    estimate() {
      const each = objects.map((request) => costOf(planObjects(request)));
      return {
        commands: each.reduce((sum, { commands }) => sum + commands, 0),
        bytes: each.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
    collect,
  };
}

function costOf(plan: ObjectPlan | Objection): Estimate {
  if ('reason' in plan) return { commands: 0, bytes: 0 };
  const { type, ids, limit } = plan;
  const commands = Math.min(limit, ids === 'all' ? OBJECTS_OF_ALL : countOf(ids));
  return { commands, bytes: commands * (objectInLength(type) + type.outBytes) };
}

interface Run {
  readonly objections: Objections;
  readonly revealer: Revealer;
  /** Keys of what this run has read. */
  readonly seen: Set<string>;
}

function* readObjects(context: CollectContext, plan: ObjectPlan, run: Run): Generator<Item, void> {
  const { type, limit } = plan;
  const ranges: readonly IdRange[] | undefined = plan.ids === 'all' ? yield* run.revealer.idsOf(type, limit) : plan.ids;
  if (ranges === undefined) return;
  const beyond = beyondLimit(ranges, limit);
  if (beyond > 0) {
    const message = `${type.type}: ${beyond + limit} ids are asked for, the first ${limit} are read: raise the limit, or ask for less`;
    run.objections.add({ reason: 'LimitExceeded', message });
  }
  let refusals = 0;
  let answered = false;
  for (const id of idsIn(ranges, limit)) {
    const claimed = plan.ids !== 'all' && isClaimed(ranges, id);
    const inputs = inputsFor(plan, id);
    const key = itemKey(type.type, inputs);
    if (run.seen.has(key)) continue;
    run.seen.add(key);
    const known = context.done.get(key);
    const item = known ?? (yield* readObject(context, type, { key, inputs, claimed }));
    const status = item.frames.at(-1)?.status ?? STATUS.OK;
    if (item.outcome === 'ok' || isMissing(status)) answered = true;
    else if (isNotOffered(status)) refusals += 1;
    if (!answered && refusals === REFUSALS_TO_GIVE_UP) {
      const { name, text } = statusOf(status);
      const message = `${context.device.model} lets this host query no ${type.type}: ${name} (${text})`;
      run.objections.add({ reason: 'Unsupported', message });
      return;
    }
  }
  if (answered || refusals === 0) return;
  run.objections.add({
    reason: 'Unsupported',
    message: `${context.device.model} lets this host query no ${type.type}`,
  });
}

/** Statuses that say that the device, or this function, has no such query. */
function isNotOffered(status: number): boolean {
  return status === STATUS.BAD_OP || status === STATUS.BAD_SYS_STATE;
}

interface ObjectRead {
  readonly key: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly claimed: boolean;
}

function* readObject(
  { runner }: CollectContext,
  type: ObjectType,
  { key, inputs, claimed }: ObjectRead,
): Generator<Item, Item> {
  const answer = runner.run({
    opcode: type.opcode,
    opMod: 0,
    registerId: 0,
    inLength: objectInLength(type),
    outLength: Math.max(MAILBOX_HEADER_BYTES, type.outBytes),
    probe: false,
    fill: (inbox) => writeObjectInputs(type, inbox, inputs),
  });
  const { frames, stop } = answer;
  const status = frames.at(-1)?.status ?? STATUS.OK;
  const outcome = outcomeOf(answer.outcome, status, claimed);
  const item: Item = { key, kind: 'object', name: type.type, index: inputs, outcome, frames };
  yield item;
  if (stop !== undefined) throw stop;
  return item;
}

/** A query that the device does not have is no error of this read; nor is an object missing that nobody claims is there. */
function outcomeOf(outcome: ItemOutcome, status: number, claimed: boolean): ItemOutcome {
  if (outcome !== 'refused') return outcome;
  return isNotOffered(status) || (!claimed && isMissing(status)) ? 'absent' : 'refused';
}
