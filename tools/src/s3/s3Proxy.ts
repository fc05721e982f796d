import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

/** What happens to a request: `cut` breaks it, `cutAnswer` lets it through and answers nothing, `cutBody` breaks the answer after
 * some of it; a function is called when some of its body has been passed on. */
export type S3Fault = 'none' | 'unavailable' | 'cut' | 'cutAnswer' | 'cutBody' | (() => Promise<void>);

/** Stands before an S3 server on plain HTTP and spoils what it is told to. */
export interface S3Proxy extends AsyncDisposable {
  readonly endpoint: string;
  /** Of the next requests, one each; then none. */
  readonly faults: S3Fault[];
  /** Before a request is passed on. @default 0 */
  delayMs: number;
  /** At which bodies of requests are passed on. @default as they come */
  bytesPerSecond: number;
  /** Answers as a server that does not know conditions on PUT. @default false */
  ignoresConditions: boolean;
  /** E.g. `PUT /captures/blobs/ab/…`, as they came. */
  readonly requests: readonly string[];
}

export async function startS3Proxy(server: { readonly endpoint: string }): Promise<S3Proxy> {
  const { hostname, port } = new URL(server.endpoint);
  const requests: string[] = [];
  const faults: S3Fault[] = [];
  const settings = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, ignoresConditions: false };

  function passOn(incoming: IncomingMessage, outgoing: ServerResponse, fault: S3Fault): void {
    const { method, url: path, headers } = incoming;
    const onward = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      if (settings.ignoresConditions && answer.statusCode === 412) {
        answer.resume();
        outgoing.writeHead(200, { etag: '"00000000000000000000000000000001"', 'content-length': 0 }).end();
        return;
      }
      if (fault === 'cutAnswer') return void outgoing.destroy();
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fault === 'cutBody') answer.once('data', (chunk) => outgoing.write(chunk, () => outgoing.destroy()));
      else answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    if (typeof fault === 'function') incoming.once('data', () => void fault());
    const body = Number.isFinite(settings.bytesPerSecond) ? Readable.from(slowly(incoming, settings)) : incoming;
    // Whoever sends it may be killed.
    body.on('error', () => onward.destroy());
    body.pipe(onward);
  }

  const proxy = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    const fault = faults.shift() ?? 'none';
    if (fault === 'unavailable') {
      incoming.resume();
      outgoing.writeHead(503, { 'content-length': 0, connection: 'close' }).end();
    } else if (fault === 'cut') {
      incoming.socket.destroy();
    } else if (settings.delayMs > 0) {
      void setTimeout(settings.delayMs, undefined, { ref: false }).then(() => passOn(incoming, outgoing, fault));
    } else {
      passOn(incoming, outgoing, fault);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return Object.assign(settings, {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    ...{ faults, requests },
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    },
  });
}

async function* slowly(
  body: AsyncIterable<Buffer>,
  { bytesPerSecond }: { readonly bytesPerSecond: number },
): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    await setTimeout((chunk.byteLength / bytesPerSecond) * 1000);
    yield chunk;
  }
}
