import type { LaneEnd } from '@nicdiag/artifacts';
import type { LaneEvent, LaneJob } from '@nicdiag/mlx5';
import { toError } from '@nicdiag/runtime';
import { schedule } from './schedule.ts';

/** Runs one job on a device, as the device library's `runLane`. The lane waits while nobody takes its events; after a
 * `hung` end `onReturned` is told when the kernel has let go of the command. */
export type StartLane = (
  job: LaneJob,
  options: { readonly signal: AbortSignal; readonly onReturned: () => void; readonly inPlace: boolean },
) => AsyncIterable<LaneEvent>;

export interface LaneScheduler {
  /** Waits for the ASIC's turn, runs the job and hands each event to `consume`, one after another: the next one waits
   * until the promise resolves. An aborted signal stops the job at its next command, or before its turn.
   * @param asic whose turn it is; turns are taken in the order of the calls
   * @param prepare makes the job when the turn has come; what it opens is not held while the job waits
   * @param options `inPlace`: items are good until `consume` resolves only, and their bytes are not copied
   * @throws what `prepare` and `consume` throw, the latter after the lane has ended */
  run(
    asic: string,
    prepare: () => Promise<LaneJob>,
    consume: (event: LaneEvent) => Promise<void>,
    options: { readonly signal: AbortSignal; readonly inPlace?: boolean },
  ): Promise<LaneEnd>;
  /** ASICs whose lane is stuck in a command and was given up. */
  lost(): readonly string[];
  /** Lanes at work. */
  active(): number;
  /** Turns that wait for a lane. */
  waiting(): number;
}

interface Turn {
  readonly id: number;
  readonly asic: string;
  readonly start: () => void;
  readonly refuse: () => void;
}

export interface LaneSchedulerOptions {
  readonly startLane: StartLane;
  /** Threads that are stuck, by the count of the device library. */
  readonly lostLanes: () => number;
  /** Told when a lane did not come to its end: the device (a PCI address) hangs, is gone, or could not be opened. */
  readonly onTrouble?: (device: string, end: LaneEnd) => void;
  /** Told when a job is over and no other has begun. */
  readonly onIdle?: () => void;
  /** Told when the kernel has let go of a lane that had been given up: its ASIC is served again. */
  readonly onReturned?: (device: string) => void;
}

/** Shares the few lanes among the jobs: `schedule` decides, this does. */
export function createLaneScheduler({
  startLane,
  lostLanes,
  onTrouble,
  onIdle,
  onReturned,
}: LaneSchedulerOptions): LaneScheduler {
  const waiting: Turn[] = [];
  const active: string[] = [];
  const lost: string[] = [];
  let nextId = 1;

  const dispatch = (): void => {
    const { start, refuse } = schedule({ waiting, active, lost });
    for (const id of refuse) take(id)?.refuse();
    for (const id of start) {
      const turn = take(id);
      if (turn === undefined) continue;
      active.push(turn.asic);
      turn.start();
    }
  };

  const take = (id: number): Turn | undefined => {
    const index = waiting.findIndex((turn) => turn.id === id);
    return index === -1 ? undefined : waiting.splice(index, 1)[0];
  };

  /** @returns whether the job may run now; `refused` when its ASIC has no lane, `cancelled` when the signal came first */
  const turn = (asic: string, signal: AbortSignal): Promise<'run' | 'refused' | 'cancelled'> => {
    if (signal.aborted) return Promise.resolve('cancelled');
    return new Promise((resolve) => {
      const id = nextId++;
      const cancel = (): void => {
        take(id);
        resolve('cancelled');
      };
      const settle = (result: 'run' | 'refused') => (): void => {
        signal.removeEventListener('abort', cancel);
        resolve(result);
      };
      signal.addEventListener('abort', cancel, { once: true });
      waiting.push({ id, asic, start: settle('run'), refuse: settle('refused') });
      dispatch();
    });
  };

  return {
    async run(asic, prepare, consume, { signal, inPlace = false }) {
      const granted = await turn(asic, signal);
      if (granted === 'cancelled') return { outcome: 'cancelled' };
      if (granted === 'refused') return { outcome: 'hung', message: refusal(asic, lost) };
      try {
        const failed = new AbortController();
        const job = await prepare();
        let returned = false;
        const events = startLane(job, {
          signal: AbortSignal.any([signal, failed.signal]),
          inPlace,
          onReturned() {
            returned = true;
            remove(lost, asic);
            onReturned?.(job.device.pciAddress);
            dispatch();
          },
        });
        let failure: Error | undefined;
        let end: LaneEnd = { outcome: 'crashed', message: 'the lane ended without a word' };
        for await (const event of events) {
          if (event.type === 'ended') {
            end = ended(event);
            // A lane that was not started because others hang has no thread to wait for, nor has one that came back.
            if (end.outcome === 'hung' && !returned && lostLanes() > lost.length) {
              lost.push(asic);
            }
          }
          if (failure !== undefined) continue;
          try {
            await consume(event);
          } catch (thrown) {
            // The lane is told to stop and its events are let pass: it must not wait for us for ever.
            failure = toError(thrown);
            failed.abort(failure);
          }
        }
        if (end.outcome !== 'done' && end.outcome !== 'cancelled') onTrouble?.(job.device.pciAddress, end);
        if (failure !== undefined) throw failure;
        return end;
      } finally {
        remove(active, asic);
        dispatch();
        if (active.length === 0) onIdle?.();
      }
    },
    lost: () => [...lost],
    active: () => active.length,
    waiting: () => waiting.length,
  };
}

function ended({ outcome, message }: Extract<LaneEvent, { type: 'ended' }>): LaneEnd {
  return { outcome, ...(message === undefined ? {} : { message }) };
}

function refusal(asic: string, lost: readonly string[]): string {
  return lost.includes(asic)
    ? `an earlier command to ASIC ${asic} has not come back; the device is served again when it does or the agent restarts`
    : `no lane is left: ${lost.length} are stuck in commands (ASICs ${lost.join(', ')}); restart the agent when the kernel has let go`;
}

function remove(list: string[], value: string): void {
  const index = list.indexOf(value);
  if (index !== -1) list.splice(index, 1);
}
