import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { HostProfile } from '../host/profile.ts';
import { mountFuse } from '../system/fuseMount.ts';
import type { FrontEnd, Furniture, HostThreadData, ThreadMessage } from './messages.ts';

export interface RunningHostOptions {
  readonly profile: HostProfile;
  /** Directory that gets `dev` and `sys`; made when missing. */
  readonly root: string;
  readonly seed: number;
  readonly frontEnd: FrontEnd;
  readonly commandLog?: string;
  readonly furniture: Furniture;
}

/** A host whose devices and sysfs answer. */
export interface RunningHost {
  /** Passes a control request to the thread that owns the model. */
  control(request: unknown): Promise<unknown>;
  /** Passes a request to devlink there: netlink messages, as their answer is. */
  devlink(request: Uint8Array): Promise<Uint8Array>;
  /** Unmounts, also while clients hang in a call: they get ECONNABORTED. */
  stop(): Promise<void>;
  /** Settles when the mount is gone, whoever took it away; rejects when the thread failed. */
  readonly ended: Promise<void>;
}

/** Mounts, starts the thread and waits until devices and sysfs answer.
 * @throws SystemError when mounting is not possible */
export async function startHost({
  profile,
  root,
  seed,
  frontEnd,
  commandLog,
  furniture,
}: RunningHostOptions): Promise<RunningHost> {
  const mounted = mountFuse(root, 'nicdiag', frontEnd === 'cuse');
  const posted = new SharedArrayBuffer(4);
  const workerData: HostThreadData = {
    fuseFd: mounted.fd,
    frontEnd,
    profile,
    seed,
    furniture,
    posted,
    ...(commandLog === undefined ? {} : { commandLog }),
  };
  const worker = new Worker(new URL('./hostThread.ts', import.meta.url), { workerData });
  const answers = new Map<number, (answer: unknown) => void>();
  const initialised = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let nextId = 1;

  worker.on('message', (message: ThreadMessage) => {
    if (message.type === 'initialised') initialised.resolve();
    else {
      answers.get(message.id)?.(message.answer);
      answers.delete(message.id);
    }
  });
  worker.on('error', (error) => {
    // Without its server the mount would keep every caller waiting.
    mounted.unmount();
    initialised.reject(error);
    ended.reject(error);
  });
  worker.on('exit', () => {
    initialised.reject(new Error(`${root} was unmounted before it was ready`));
    ended.resolve();
  });
  // Whoever awaits `ended` sees the failure; nobody has to.
  ended.promise.catch(() => {});

  await initialised.promise;
  await Promise.all([readdir(join(root, 'dev')), readdir(join(root, 'sys/bus/pci/devices'))]);

  function ask(request: unknown): Promise<unknown> {
    const id = nextId++;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answers.set(id, resolve);
    worker.postMessage({ id, request });
    Atomics.add(new Int32Array(posted), 0, 1);
    return promise;
  }

  return {
    ended: ended.promise,
    control: ask,
    async devlink(request) {
      const answer = await ask(request);
      return answer instanceof Uint8Array ? answer : new Uint8Array(0);
    },
    async stop() {
      mounted.unmount();
      await ended.promise;
    },
  };
}
