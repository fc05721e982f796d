import { get } from 'node:http';

/** Longer than a kubelet waits: this one shares its few cores with all that it asks. */
const PROBE_MS = 10_000;

/** Answer of a health server. */
export interface Probe {
  readonly ok: boolean;
  /** Body, or why there is none. */
  readonly text: string;
}

/** Asks a health server, as a kubelet's httpGet probe does: anything but 2xx in time is a no. Never throws. */
export function probe(url: string): Promise<Probe> {
  return new Promise((resolve) => {
    // A connection of its own: a program that was just killed must not answer from a kept one.
    const request = get(url, { agent: false, timeout: PROBE_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', (error) => resolve({ ok: false, text: error.message }));
      response.once('end', () => {
        const status = response.statusCode ?? 0;
        resolve({ ok: status >= 200 && status < 300, text: Buffer.concat(chunks).toString() });
      });
    });
    request.once('timeout', () => request.destroy(new Error(`no answer in ${PROBE_MS} ms`)));
    request.once('error', (error) => resolve({ ok: false, text: error.message }));
  });
}
