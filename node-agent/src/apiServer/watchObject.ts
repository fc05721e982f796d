import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff, jitter, toError } from '@nicdiag/runtime';
import type { ApiClient } from './apiClient.ts';
import { ApiError } from './apiError.ts';
import { lines } from './lines.ts';
import { parseWatchEvent } from './watchEvent.ts';

export interface WatchedObject {
  /** Collection path, e.g. `/apis/nicdiag.dev/v1alpha1/nicnodes`. */
  readonly path: string;
  readonly name: string;
}

/** What a watch tells, in order. */
export type ObjectNews =
  /** The object as it is now. */
  | { readonly type: 'present'; readonly object: object }
  /** It was deleted. */
  | { readonly type: 'deleted' }
  /** The watch stands and everything that was there has been told; said once per (re)start. */
  | { readonly type: 'synced' };

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Told of each broken or refused watch, before the pause. */
  readonly onTrouble: (error: Error, pauseMs: number) => void;
  /** @default 180,000: bookmarks come every minute, three missed ones are a dead connection */
  readonly stallMs?: number;
}

/** Watches one object by name for ever, over resets, refusals, expired versions and half-open connections.
 *
 * By `metadata.name`, because the API server finds such watchers by name; any other selector is evaluated against
 * every watcher for every event (kubernetes/enhancements#6034). No list permission is needed: the initial state comes as
 * a streaming list (`sendInitialEvents`), and an absent object is known by its end mark.
 * Ends by throwing the signal's reason. */
export async function* watchObject(
  client: ApiClient,
  what: WatchedObject,
  options: WatchOptions,
): AsyncGenerator<ObjectNews> {
  const { signal, onTrouble } = options;
  const backoff = createBackoff({ initialMs: 200, maxMs: 30_000 });
  /** Where to go on; undefined: from the present state. */
  let version: string | undefined;

  for (;;) {
    signal.throwIfAborted();
    const openedAt = performance.now();
    let trouble: Error | undefined;
    try {
      for await (const step of follow(client, what, version, options)) {
        version = step.version ?? version;
        if (step.news !== undefined) yield step.news;
      }
    } catch (thrown) {
      signal.throwIfAborted();
      trouble = toError(thrown);
      if (trouble instanceof ExpiredError || (trouble instanceof ApiError && trouble.status === 410))
        version = undefined;
    }
    // Events alone prove nothing: each new watch begins with some. One that stood for a while was a good one.
    if (performance.now() - openedAt > GOOD_WATCH_MS) backoff.reset();
    // The server ends every watch at timeoutSeconds: go on at once from where we are.
    else trouble ??= new Error('the API server ended the watch at once');
    if (trouble === undefined) continue;
    const asked = trouble instanceof ApiError ? jitter(trouble.retryAfterMs ?? 0, 1) : 0;
    const pause = Math.max(backoff.next(), asked);
    onTrouble(trouble, pause);
    await sleep(pause, undefined, { signal });
  }
}

/** A watch that stood for so long was no failure, however it ended. */
const GOOD_WATCH_MS = 10_000;

class ExpiredError extends Error {
  override readonly name = 'ExpiredError';
  readonly code = 'Expired';
}

interface Step {
  readonly version?: string;
  readonly news?: ObjectNews;
}

/** One connection: from `version`, or from the present state, until the server ends it. */
async function* follow(
  client: ApiClient,
  what: WatchedObject,
  version: string | undefined,
  options: WatchOptions,
): AsyncGenerator<Step> {
  const { stallMs = 180_000 } = options;
  const stall = new AbortController();
  const signal = AbortSignal.any([options.signal, stall.signal]);
  const stalled = setTimeout(() => stall.abort(new Error(`nothing came over the watch for ${stallMs} ms`)), stallMs);
  try {
    const response = await client.open(`${what.path}?${query(what.name, version)}`, { signal });
    for await (const line of lines(response)) {
      stalled.refresh();
      const event = parseWatchEvent(line);
      switch (event.type) {
        case 'object':
          yield {
            version: event.version,
            news: event.change === 'DELETED' ? { type: 'deleted' } : { type: 'present', object: event.object },
          };
          break;
        case 'bookmark':
          yield { version: event.version, ...(event.initialEventsEnd ? { news: { type: 'synced' } } : {}) };
          break;
        case 'expired':
          throw new ExpiredError(event.message);
        case 'error':
          throw new Error(`the API server ended the watch: ${event.message}`);
      }
    }
  } catch (error) {
    // Request and response end with "aborted", whatever for; the reason is the better message.
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    clearTimeout(stalled);
    // Ends the response when the consumer stopped early.
    stall.abort(new Error('the watch is over'));
  }
}

function query(name: string, version: string | undefined): string {
  const common = {
    watch: '1',
    fieldSelector: `metadata.name=${name}`,
    allowWatchBookmarks: 'true',
    // Spread, so that watches that began together do not end together.
    timeoutSeconds: String(Math.round(240 + Math.random() * 240)),
  };
  return new URLSearchParams(
    version === undefined
      ? { ...common, sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
      : { ...common, resourceVersion: version },
  ).toString();
}
