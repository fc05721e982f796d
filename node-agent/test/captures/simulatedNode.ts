import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, NodeCapture } from '@nicdiag/api';
import { ArtifactError, digestOf, type ItemDecoder } from '@nicdiag/artifacts';
import type { Item, LaneEvent, LaneJob, NicFunction } from '@nicdiag/mlx5';
import { createLogger } from '@nicdiag/runtime';
import type { ApiClient } from '../../src/apiServer/apiClient.ts';
import { ApiError } from '../../src/apiServer/apiError.ts';
import { createServerTime } from '../../src/apiServer/serverTime.ts';
import { type CaptureContext, type CaptureTiming, DEFAULT_TIMING } from '../../src/captures/captureContext.ts';
import { type Captures, createCaptures } from '../../src/captures/captures.ts';
import { createStatusReporter } from '../../src/captures/statusReporter.ts';
import { observed } from '../../src/inbox/nodeCapture.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { createLaneScheduler } from '../../src/lanes/laneScheduler.ts';
import { createAgentMetrics } from '../../src/metrics.ts';
import { recoverSpool } from '../../src/spool/recoverSpool.ts';
import { createSpoolBudget } from '../../src/spool/spoolBudget.ts';
import { openSpoolDirectory } from '../../src/spool/spoolDirectory.ts';
import { createUploads } from '../../src/upload/uploads.ts';

export interface Scenario {
  /** For each device, for each collector, how many items it has. */
  readonly devices: readonly (readonly number[])[];
  /** Milliseconds that each item takes. @default 0 */
  readonly itemMs?: number;
  /** @default 1 GiB */
  readonly spoolLimit?: number;
  /** @default those of an agent, but that nothing is reported as Running, however long it takes */
  readonly timing?: Partial<CaptureTiming>;
  /** The clock by which deadlines pass, milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export const UID = '11111111-0000-4000-8000-000000000001';
const CAPTURE_UID = '22222222-0000-4000-8000-000000000002';
const NODE = 'gpu-a';

/** A node with devices that count what is read from them, an API server with one NodeCapture, a store, and a disk that
 * outlive the agents that run on it. A mock of everything around the captures, so that an agent can be cut off at any
 * single step. */
export class SimulatedNode {
  readonly #directory = mkdtempSync(join(tmpdir(), 'nicdiag-sim-'));
  readonly #scenario: Scenario;
  readonly #shutdowns: AbortController[] = [];
  /** What a cut-off agent waits for. */
  readonly #buried = Promise.withResolvers<never>();
  readonly devices: readonly NicFunction[];
  object: NodeCapture | undefined;
  /** Items whose reading was confirmed: a later read of one of them is a repetition. */
  readonly flushed = new Set<string>();
  readonly repeated: string[] = [];
  reads = 0;
  readonly blobs = new Map<string, Uint8Array>();
  readonly manifests = new Map<string, string>();
  terminalWrites = 0;
  /** States that were written, in their order. */
  readonly states: (string | null | undefined)[] = [];
  /** Answer of the store while set. */
  storeError: ArtifactError | undefined;
  /** Told before each item is read. */
  onRead: (item: string) => void = () => {};

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#buried.promise.catch(() => undefined);
    this.devices = scenario.devices.map((_, index) => deviceAt(index));
    const collectors = Math.max(...scenario.devices.map((device) => device.length));
    this.object = {
      apiVersion: 'nicdiag.dev/v1alpha1',
      kind: 'NodeCapture',
      metadata: { name: 'slow-1', namespace: 'sre', uid: UID },
      spec: {
        nodeName: NODE,
        capture: { name: 'slow', uid: CAPTURE_UID },
        devices: { functions: ['PF'], linkState: 'Any' },
        collectors: Array.from({ length: collectors }, (_, index) => ({
          name: `c${index}`,
          type: 'RegisterDump',
          registerDump: { set: 'Standard' },
        })),
        impact: 'ReadOnly',
        deadline: new Date(Date.now() + 600_000).toISOString(),
        nodeDeadline: '5m',
        limits: { maxBytesPerDevice: '256Mi' },
      },
    };
  }

  /** Starts an agent on what the last one left.
   * @param steps how many steps it may take until it is cut off: from then on nothing that it asks for ever answers */
  async startAgent(steps = Number.POSITIVE_INFINITY): Promise<SimulatedAgent> {
    const cut = Promise.withResolvers<void>();
    let left = steps;
    const step = async (): Promise<void> => {
      left -= 1;
      if (left >= 0) return;
      cut.resolve();
      await this.#buried.promise;
    };
    const shutdown = new AbortController();
    this.#shutdowns.push(shutdown);
    const context = await this.#context(step);
    const captures = createCaptures(context.context, { signal: shutdown.signal });
    captures.resume(context.records);
    return {
      captures,
      cut: cut.promise,
      shutdown: () => shutdown.abort(new Error('shutdown')),
    };
  }

  async #context(step: () => Promise<void>) {
    const logger = createLogger({ program: 'sim', level: 'error' });
    logger.silent = process.env['NICDIAG_SIM_LOG'] === undefined;
    const { journal, records } = await openJournal(join(this.#directory, 'journal'), logger);
    const { makeDirectoryDurably } = await import('@nicdiag/runtime');
    const spoolRoot = join(this.#directory, 'spool');
    await makeDirectoryDurably(spoolRoot);
    const spool = openSpoolDirectory(spoolRoot);
    const budget = createSpoolBudget(this.#scenario.spoolLimit ?? 2 ** 30);
    await recoverSpool(spool, budget, records, logger);
    const client = this.#apiClient(step);
    const context: CaptureContext = {
      nodeName: NODE,
      agentVersion: '0.0.0',
      journal: {
        save: async (record) => {
          await step();
          await journal.save(record);
          await step();
        },
        forget: async (uid) => {
          await step();
          await journal.forget(uid);
        },
      },
      spool,
      budget,
      lanes: createLaneScheduler({ startLane: (job, options) => this.#lane(job, options, step), lostLanes: () => 0 }),
      uploads: createUploads({
        logger,
        client: {
          putBlob: async (_target, blob) => {
            await step();
            if (this.storeError !== undefined) throw this.storeError;
            const known = this.blobs.has(blob.digest);
            this.blobs.set(blob.digest, await readFile(blob.path));
            await step();
            return known ? 'present' : 'stored';
          },
          putDeviceManifest: async (target, bytes) => {
            await step();
            if (this.storeError !== undefined) throw this.storeError;
            const manifest = JSON.parse(Buffer.from(bytes).toString());
            for (const { blobs } of manifest.collectors) {
              for (const { digest } of blobs)
                if (!this.blobs.has(digest)) throw new ArtifactError('BlobMissing', digest);
            }
            this.manifests.set(target.pciAddress, Buffer.from(bytes).toString());
            await step();
            return { digest: digestOf(bytes), sizeBytes: bytes.byteLength, late: false };
          },
        },
      }),
      reporter: createStatusReporter(client, NODE, logger),
      inventory: {
        scan: () => this.devices,
        unreachable: () => [],
        find: (pciAddress) => this.devices.find((device) => device.pciAddress === pciAddress),
        identify: async () => ({ psid: 'MT_1' }),
      },
      decoder: DECODER,
      // The same items make the same files, whenever they are read.
      wallClock: () => () => 0,
      time: createServerTime(this.#scenario.now === undefined ? {} : { wall: this.#scenario.now }),
      metrics: createAgentMetrics('sim'),
      logger,
      timing: { ...DEFAULT_TIMING, runningAfterMs: 600_000, ...this.#scenario.timing },
      fetch: async () => {
        await step();
        return this.object;
      },
      observe: async () => {
        await step();
        return this.object === undefined ? { type: 'absent' } : observed(this.object);
      },
    };
    return { context, records };
  }

  async *#lane(
    job: LaneJob,
    { signal }: { readonly signal: AbortSignal },
    step: () => Promise<void>,
  ): AsyncGenerator<LaneEvent> {
    const { pciAddress } = job.device;
    const times = () => ({ wallMs: Date.now(), monotonicNs: process.hrtime.bigint() });
    await step();
    const info = { kind: 'fwctl', abi: '1', uid: 7, uctxCap: 0, maxInLength: 4096, maxOutLength: 4096 } as const;
    yield { type: 'opened', info, layoutVersion: DECODER.layoutVersion };
    yield { type: 'firstCommand', ...times() };
    let cancelled = false;
    for (const { spec, done } of job.collectors) {
      const { name } = spec;
      const column = Number(name.slice(1));
      const device = this.devices.findIndex((found) => found.pciAddress === pciAddress);
      const total = this.#scenario.devices[device]?.[column] ?? 0;
      const known = new Set(done.map(({ key }) => key));
      await step();
      if (!cancelled) yield { type: 'collectorStarted', name, ...times(), estimate: { commands: 1, bytes: 64 } };
      for (let item = 0; item < total && !cancelled; item += 1) {
        const key = `R${item}`;
        if (known.has(key)) continue;
        cancelled = signal.aborted;
        if (cancelled) break;
        const id = `${pciAddress}/${name}/${key}`;
        this.onRead(id);
        if (this.#scenario.itemMs !== undefined) await sleep(this.#scenario.itemMs);
        this.reads += 1;
        if (this.flushed.has(id)) this.repeated.push(id);
        await step();
        yield { type: 'items', collector: name, items: [itemOf(key, column * 100 + item)] };
        // It was asked for more: the item is on disk.
        this.flushed.add(id);
      }
      cancelled ||= signal.aborted;
      const state = cancelled ? 'Cancelled' : 'Done';
      yield { type: 'collectorEnded', end: { name, state, items: total, itemErrors: 0 }, ...times() };
    }
    yield { type: 'ended', outcome: cancelled ? 'cancelled' : 'done' };
  }

  /** Only what captures use: status patches on the one NodeCapture, with the CRD's rule on terminal states. */
  #apiClient(step: () => Promise<void>): ApiClient {
    const terminal = () => ['Succeeded', 'Partial', 'Failed', 'Cancelled'].includes(this.object?.status?.state ?? '');
    const refuse = (status: number, code: string) => new ApiError('PATCH', { status, code, message: code });
    const unused = async (): Promise<never> => {
      throw new Error('not simulated');
    };
    return {
      time: createServerTime(),
      get: async () => {
        await step();
        if (this.object === undefined) throw refuse(404, 'NotFound');
        return this.object;
      },
      patch: async (_path, patch) => {
        await step();
        if (this.object === undefined) throw refuse(404, 'NotFound');
        if (terminal()) throw refuse(422, 'Invalid');
        const { status } = patch as { status: NonNullable<NodeCapture['status']> };
        this.object = { ...this.object, status: { ...this.object.status, ...status } };
        this.states.push(status.state);
        if (terminal()) this.terminalWrites += 1;
        await step();
        return this.object;
      },
      create: unused,
      delete: unused,
      open: unused,
      [Symbol.dispose]() {},
    };
  }

  /** What the journal has of the capture. */
  async journalled(): Promise<string> {
    return await readFile(join(this.#directory, 'journal', `${UID}.journal`), 'utf8').catch(() => '');
  }

  /** What is left on the node's disk, by file name. */
  async filesLeft(): Promise<readonly string[]> {
    const { readdir } = await import('node:fs/promises');
    return (await readdir(this.#directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#directory.length + 1))
      .sort();
  }

  /** Lets what is left of the cut-off agents come to its end, so that they close their files. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const shutdown of this.#shutdowns) shutdown.abort(new Error('the test is over'));
    this.#buried.reject(new Error('the test is over'));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export interface SimulatedAgent {
  readonly captures: Captures;
  /** Resolves when it was cut off. */
  readonly cut: Promise<void>;
  shutdown(): void;
}

/** As the operator makes it at this moment. */
export function assignment(cancel = false): Assignment {
  return { uid: UID, namespace: 'sre', name: 'slow-1', cancel, assignedAt: new Date().toISOString() };
}

const DECODER: ItemDecoder<string> = {
  layoutVersion: 'sim',
  decodeItem: ({ key }) => key,
  formatText: (decoded) => decoded,
  statusName: String,
};

function deviceAt(index: number): NicFunction {
  const pciAddress = `0000:0${index + 1}:00.0`;
  return {
    kind: 'fwctl',
    node: `/dev/fwctl/fwctl${index}`,
    pciAddress,
    asic: pciAddress.slice(0, -2),
    function: 'PF',
    deviceId: 0x1021,
    model: 'ConnectX-7',
    netdevs: [],
    rdmaDevices: [],
    vfs: [],
    subfunctions: [],
    link: 'Up',
  };
}

function itemOf(key: string, value: number): Item {
  const outbox = new Uint8Array(32).fill(value & 0xff);
  const frame = {
    opcode: 0x805,
    opMod: 1,
    registerId: 0x9020,
    status: 0,
    syndrome: 0,
    errno: 0,
    startedNs: 1n,
    elapsedNs: 1000n,
    inbox: new Uint8Array(32),
    outbox,
  };
  return { key, kind: 'register', name: 'MGIR', index: {}, outcome: 'ok', frames: [frame] };
}
