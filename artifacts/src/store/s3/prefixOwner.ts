import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../blobStore.ts';
import type { Bucket } from './bucket.ts';
import { formatOwner, type OwnerRecord, parseOwner } from './ownerRecord.ts';

export interface PrefixOwnerOptions {
  /** Without a gate: this is what makes the gate. */
  readonly bucket: Bucket;
  /** Identity of this server; the same after a restart where the one before is known to be dead. */
  readonly holder: string;
  /** For people: e.g. the Pod's name. */
  readonly host: string;
  /** Told what happened, a sentence at a time, and why a try failed. */
  readonly onEvent?: (message: string, error?: Error) => void;
  readonly times?: OwnerTimes;
}

export interface OwnerTimes {
  /** Between two renewals. */
  readonly renewMs: number;
  /** After a renewal was begun, the owner may use the prefix for so long. */
  readonly validMs: number;
  /** Others wait for so long without a renewal before they take over. Longer than `validMs` and a request together. */
  readonly takeoverMs: number;
}

const TIMES: OwnerTimes = { renewMs: 10_000, validMs: 30_000, takeoverMs: 60_000 };
const OWNER_KEY = 'owner';

/** Another server has taken the prefix over: what this one remembers of it is not right any more. */
export class PrefixLostError extends Error {
  override readonly name = 'PrefixLostError';
  readonly code = 'PrefixLost';
}

/** The right of one server to use a prefix: an object that its owner writes again and again, each time on the condition that it
 * is as he wrote it last (`If-Match`), so that of two who write at once one is refused by the bucket. The clocks of two machines
 * are never compared: who waits looks how long the object stays as it is, by his own. */
export interface PrefixOwner {
  /** Undefined while the prefix is this server's; else why it must not be used. */
  refusal(): StoreError | undefined;
  /** Takes the prefix, keeps it, and gives it back when aborted.
   * @throws PrefixLostError */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
}

export function createPrefixOwner(options: PrefixOwnerOptions): PrefixOwner {
  const { bucket, holder, host, onEvent, times = TIMES } = options;
  let etag: string | undefined;
  let renewal = 0;
  let renewed: { readonly monotonic: number; readonly wall: number } | undefined;
  let trouble: StoreError | undefined;
  let seen: { readonly etag: string; readonly since: number } | undefined;

  async function write(condition: 'absent' | { readonly etag: string }, released = false): Promise<boolean> {
    const begun = { monotonic: performance.now(), wall: Date.now() };
    renewal += 1;
    const written = await bucket.putIf(OWNER_KEY, formatOwner({ holder, host, renewal, released }), condition);
    if (written === undefined) return false;
    etag = written;
    renewed = begun;
    trouble = undefined;
    return true;
  }

  /** @returns whether the prefix is ours now */
  async function take(): Promise<boolean> {
    const found = await bucket.get(OWNER_KEY);
    if (found === undefined) return write('absent');
    const owner = parseOwner(found.text);
    if (owner?.released === true || owner?.holder === holder) return write(found);
    if (seen?.etag !== found.etag) seen = { etag: found.etag, since: performance.now() };
    if (performance.now() - seen.since >= times.takeoverMs) {
      onEvent?.(`${nameOf(owner)} was silent for ${times.takeoverMs / 1000} s: ${bucket.name} is taken over`);
      return write(found);
    }
    const refusal = inUse(owner);
    if (trouble?.message !== refusal.message) onEvent?.(refusal.message);
    trouble = refusal;
    return false;
  }

  async function renew(): Promise<void> {
    if (etag === undefined || (await write({ etag }))) return;
    // Refused, which it also is when a try came through whose answer did not.
    const found = await bucket.get(OWNER_KEY);
    const owner = found && parseOwner(found.text);
    if (found !== undefined && owner?.holder === holder) return void (await write(found));
    renewed = undefined;
    throw new PrefixLostError(`${nameOf(owner)} has taken ${bucket.name}: one server at a time may use it`);
  }

  function inUse(owner: OwnerRecord | undefined): StoreError {
    const message =
      `${bucket.name} is used by another artifact server, ${nameOf(owner)}: end it, or give this one a prefix of its own. ` +
      `When it is silent for ${times.takeoverMs / 1000} s, this one takes over`;
    return new StoreError('StoreUnavailable', message);
  }

  function isValid(): boolean {
    if (renewed === undefined) return false;
    // The monotonic clock stands still while a machine is suspended, the other one may be set back.
    const age = Math.max(performance.now() - renewed.monotonic, Date.now() - renewed.wall);
    return age < times.validMs;
  }

  async function round(): Promise<void> {
    const owned = etag !== undefined;
    if (owned) await renew();
    else if (await take()) onEvent?.(`${bucket.name} is this server's`);
  }

  return {
    refusal() {
      if (isValid()) return undefined;
      const why = trouble?.message ?? 'it has not been taken yet';
      return new StoreError(
        trouble?.code ?? 'StoreUnavailable',
        trouble === undefined ? `${bucket.name}: ${why}` : why,
      );
    },
    async run({ signal }) {
      while (!signal.aborted) {
        try {
          await round();
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          if (trouble?.message !== error.message) onEvent?.('the bucket does not answer as it should', error);
          trouble = error;
        }
        const pause = trouble === undefined ? times.renewMs : times.renewMs / 5;
        await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      }
      if (etag === undefined) return;
      // Best effort: whoever comes next waits for its time otherwise.
      await write({ etag }, true).catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        onEvent?.('the prefix could not be given back; the next server waits for it', error);
      });
      renewed = undefined;
    },
  };
}

function nameOf(owner: OwnerRecord | undefined): string {
  return owner?.host ?? 'a program that is not known';
}
