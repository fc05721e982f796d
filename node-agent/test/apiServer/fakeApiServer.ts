import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export interface FakeApiServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Connections that were opened. */
  connections(): number;
}

/** What a real API server cannot be made to do at will: resets, silence, 410, Retry-After. Answers the n-th request with
 * the n-th answer, the last one again and again. */
export async function fakeApiServer(...answers: readonly Answer[]): Promise<FakeApiServer> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://fake');
      const entry = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body,
      };
      seen.push(entry);
      answers[Math.min(seen.length, answers.length) - 1]?.(response, entry);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

export function refusal(status: number, reason: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return json(status, { kind: 'Status', status: 'Failure', code: status, reason, message: `${reason} it is` }, headers);
}

/** A watch: these events, then what `then` does: the stream stays open when it does nothing. */
export function watch(events: readonly unknown[], then: (response: ServerResponse) => void = () => {}): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''), () => then(response));
    response.flushHeaders();
  };
}

export function object(name: string, resourceVersion: string, extra: Readonly<Record<string, unknown>> = {}) {
  return { kind: 'NicNode', metadata: { name, resourceVersion }, spec: {}, ...extra };
}

export function bookmark(resourceVersion: string, initialEventsEnd = false) {
  const annotations = initialEventsEnd ? { 'k8s.io/initial-events-end': 'true' } : {};
  return { type: 'BOOKMARK', object: { kind: 'NicNode', metadata: { resourceVersion, annotations } } };
}
