import {
  type CollectorSpool,
  createCollectorSpool,
  type FinishedCollector,
  type LaneEnd,
  SpoolError,
} from '@nicdiag/artifacts';
import type { Item, KnownItem, LaneEvent, LaneJob } from '@nicdiag/mlx5';
import { toError } from '@nicdiag/runtime';
import { crashPoint } from '../crashPoints.ts';
import { channelOpened, collectorStarted, deviceOf, firstCommand } from '../journal/transitions.ts';
import { budgetKey } from '../spool/spoolBudget.ts';
import type { CaptureContext } from './captureContext.ts';
import type { CaptureState } from './captureState.ts';
import { endCollector } from './endCollector.ts';
import { toRfc3339 } from './rfc3339.ts';

export interface DeviceCollection {
  readonly pciAddress: string;
  /** Told when a collector's files are made: they can be uploaded. */
  readonly onFiles: (result: FinishedCollector) => void;
  /** Told when the device's turn has come. */
  readonly onTurn: () => void;
}

/** Runs those collectors of a device that have not ended yet, into the spool.
 * @returns false when the agent shuts down or the capture was dropped meanwhile: nothing is concluded then */
export async function collectDevice(
  context: CaptureContext,
  capture: CaptureState,
  { pciAddress, onFiles, onTurn }: DeviceCollection,
): Promise<boolean> {
  const { uid, work } = capture.record;
  const ended = new Set(deviceOf(capture.record, pciAddress).ended.map(({ name }) => name));
  const pending = work.collectors.filter(({ name }) => !ended.has(name));
  if (pending.length === 0) return !capture.everything.aborted;

  const key = budgetKey(uid, pciAddress);
  const spools = new Map<string, CollectorSpool>();
  const typeOf = (name: string): string => work.collectors.find((spec) => spec.name === name)?.type ?? '';
  await using open = new AsyncDisposableStack();
  const spoolOf = async (name: string): Promise<CollectorSpool> => {
    const existing = spools.get(name);
    if (existing !== undefined) return existing;
    const spool = await createCollectorSpool(context.spool.collector(uid, pciAddress, name), {
      decoder: context.decoder,
      collectorType: typeOf(name),
      ...(context.wallClock === undefined ? {} : { wallClock: context.wallClock }),
    });
    open.use(spool);
    spools.set(name, spool);
    return spool;
  };

  const prepare = async (): Promise<LaneJob> => {
    onTurn();
    // By its address, when its turn has come: its node may be another one after a reset of the card.
    const device = context.inventory.find(pciAddress);
    if (device === undefined) throw new DeviceMissingError(pciAddress);
    const collectors: { spec: (typeof pending)[number]; done: readonly KnownItem[] }[] = [];
    for (const spec of pending) {
      const { recovered } = await spoolOf(spec.name);
      collectors.push({ spec, done: recovered });
      if (recovered.length > 0) {
        capture.logger.info('a collector goes on where it was cut off', {
          device: pciAddress,
          collector: spec.name,
          items: recovered.length,
        });
      }
    }
    return {
      device,
      impact: work.impact,
      collectors,
      commandTimeoutMs: context.timing.commandTimeoutMs,
      maxBytes: work.maxBytesPerDevice,
      ...(context.devlink === undefined ? {} : { devlink: context.devlink }),
    };
  };

  // The lane saw the node's wall clock; what that lags behind now is how long ago it was.
  const serverTimeOf = (wallMs: number): number => context.time.now() - Math.max(0, Date.now() - wallMs);

  const consume = async (event: LaneEvent): Promise<void> => {
    switch (event.type) {
      case 'opened':
        return capture.note((record) =>
          channelOpened(record, pciAddress, { abi: event.info.abi, uid: event.info.uid }),
        );
      case 'firstCommand': {
        const at = serverTimeOf(event.wallMs);
        context.metrics.firstCommand(capture.record, at);
        return capture.note((record) => firstCommand(record, toRfc3339(at, 'microseconds')));
      }
      case 'collectorStarted':
        return capture.note((record) =>
          collectorStarted(record, pciAddress, {
            collector: event.name,
            startedAt: toRfc3339(serverTimeOf(event.wallMs), 'milliseconds'),
            startedNs: String(event.monotonicNs),
            estimate: event.estimate,
          }),
        );
      case 'items': {
        const bytes = event.items.reduce((sum, item) => sum + rawBytes(item), 0);
        if (!context.budget.take(key, bytes)) throw spoolLimit(context.budget.limit);
        await (await spoolOf(event.collector)).append(event.items);
        context.metrics.items(event.items);
        return crashPoint('items-flushed');
      }
      case 'collectorEnded': {
        // What a shutdown cancels is not over: the next agent goes on with it.
        if (event.end.state === 'Cancelled' && capture.everything.aborted) return;
        const { name } = event.end;
        const finished = {
          finishedAt: toRfc3339(serverTimeOf(event.wallMs), 'milliseconds'),
          finishedNs: String(event.monotonicNs),
        };
        const spool = await spoolOf(name);
        onFiles(await endCollector(context, capture, pciAddress, { name, spool, end: event.end, finished }));
        ended.add(name);
        return;
      }
      case 'ended':
        return;
    }
  };

  const lane = await runLane(context, capture, pciAddress, prepare, consume);
  if (capture.everything.aborted) return false;

  // A stop before anything was read leaves nothing to conclude from.
  const begun = deviceOf(capture.record, pciAddress).spans.length > 0 || lane.outcome !== 'cancelled';
  if (!begun) return true;
  for (const { name } of pending) {
    if (ended.has(name)) continue;
    onFiles(await endCollector(context, capture, pciAddress, { name, spool: await spoolOf(name), lane }));
  }
  return true;
}

/** One lane for the device, its failures turned into an end. */
async function runLane(
  context: CaptureContext,
  capture: CaptureState,
  pciAddress: string,
  prepare: () => Promise<LaneJob>,
  consume: (event: LaneEvent) => Promise<void>,
): Promise<LaneEnd> {
  const { asic } = deviceOf(capture.record, pciAddress).device;
  try {
    const end = await context.lanes.run(asic, prepare, consume, { signal: capture.commands, inPlace: true });
    if (end.outcome !== 'done' && end.outcome !== 'cancelled') {
      capture.logger.warn('a lane ended early', { device: pciAddress, ...end });
    }
    return end;
  } catch (thrown) {
    if (thrown instanceof DeviceMissingError) return { outcome: 'gone', message: thrown.message };
    const error = toError(thrown);
    capture.logger.error('what was collected could not be spooled', { device: pciAddress, error });
    const full = error instanceof SpoolError && error.code === 'SpoolFull';
    return { outcome: full ? 'spoolFull' : 'crashed', message: error.message };
  }
}

class DeviceMissingError extends Error {
  override readonly name = 'DeviceMissingError';
  readonly code = 'DeviceMissing';
  constructor(pciAddress: string) {
    super(`${pciAddress} is not there any more; nothing more can be read from it`);
  }
}

function rawBytes(item: Item): number {
  // 64 for the header of a frame in the raw file.
  return item.frames.reduce((sum, frame) => sum + 64 + frame.inbox.byteLength + frame.outbox.byteLength, 0);
}

function spoolLimit(limit: number): SpoolError {
  return new SpoolError(
    'SpoolFull',
    `the agent's spool has reached its limit of ${limit} bytes; is the artifact server taking uploads?`,
  );
}
