import { setTimeout } from 'node:timers/promises';
import type { ApiObject } from '../../cluster/adminClient.ts';
import type { Cluster, PodOptions } from '../../cluster/cluster.ts';
import type { Program } from '../program.ts';

const SYNC_MS = 250;

/** The kubelet's part towards one Pod: it is Ready while its program's /readyz says so. */
export interface KubeletPod {
  readonly object: ApiObject;
  /** Whether the API server was told last that it is Ready. */
  readonly ready: boolean;
  /** Resolves when the API server shows it Ready. */
  untilReady(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Deletes the Pod: its tokens are worth nothing from then on. */
  remove(): Promise<void>;
}

/** Plays the kubelet for a Pod that was created, and whose program is `program`, until the signal aborts. `onChange` is
 * called when the API server was told something new. */
export function superviseReadiness(
  cluster: Cluster,
  options: Pick<PodOptions, 'namespace' | 'name'> & { readonly ip: string },
  object: ApiObject,
  program: Program,
  { onChange, signal }: { readonly onChange: () => Promise<void>; readonly signal: AbortSignal },
): KubeletPod {
  const ended = new AbortController();
  let told: boolean | undefined;
  let changed = false;

  const sync = async (): Promise<void> => {
    const ready = program.isRunning() && (await program.ready()).ok;
    if (ready !== told) {
      await cluster.setPodReady(options, ready, program.starts - 1);
      told = ready;
      changed = true;
    }
    if (changed) await onChange();
    changed = false;
  };
  const keep = async (): Promise<void> => {
    const until = AbortSignal.any([signal, ended.signal]);
    while (!until.aborted) {
      // The API server may be away, which is what some tests are about: the next round tells it.
      await sync().catch(() => {});
      await setTimeout(SYNC_MS, undefined, { signal: until, ref: false }).catch(() => {});
    }
  };
  void keep();
  return {
    object,
    get ready() {
      return told === true;
    },
    async untilReady(wait = {}) {
      await program.untilReady(wait);
      while (told !== true) {
        wait.signal?.throwIfAborted();
        await setTimeout(SYNC_MS / 5);
      }
    },
    async remove() {
      ended.abort();
      await cluster.admin.request(
        'DELETE',
        `/api/v1/namespaces/${options.namespace}/pods/${options.name}?gracePeriodSeconds=0`,
      );
    },
  };
}
