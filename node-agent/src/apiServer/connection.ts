import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { FreshFile } from './freshFile.ts';

export interface Connection extends Disposable {
  /** Sends one request and resolves with the head of the answer; the caller reads or destroys the body. */
  send(request: RawRequest, options: { readonly signal: AbortSignal }): Promise<IncomingMessage>;
}

export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A few kept-alive connections to one server. A changed CA file takes effect on the next request.
 * @param url `https://host:port`; plain `http` is for tests with a server of their own */
export function createConnection(url: string, ca: FreshFile | undefined): Connection {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  let agent: http.Agent | undefined;
  let agentCa: string | undefined;

  const agentFor = (bundle: string | undefined): http.Agent => {
    if (agent !== undefined && bundle === agentCa) return agent;
    agent?.destroy();
    agentCa = bundle;
    // Four: one for the watch, the rest for the short requests of two captures.
    const options = { keepAlive: true, maxSockets: 4, scheduling: 'lifo' } as const;
    agent = secure
      ? new https.Agent({ ...options, ...(bundle === undefined ? {} : { ca: bundle }) })
      : new http.Agent(options);
    return agent;
  };

  return {
    async send(request, { signal }) {
      signal.throwIfAborted();
      const bundle = secure ? ca?.read() : undefined;
      return await new Promise<IncomingMessage>((resolve, reject) => {
        const outgoing = (secure ? https : http).request({
          protocol,
          // URL keeps the brackets of an IPv6 address, node:net wants them gone.
          hostname: hostname.replace(/^\[|\]$/g, ''),
          port,
          method: request.method,
          path: request.path,
          headers: request.headers,
          agent: agentFor(bundle),
          signal,
        });
        outgoing.once('response', resolve);
        outgoing.once('error', reject);
        outgoing.end(request.body);
      });
    },
    [Symbol.dispose]: () => agent?.destroy(),
  };
}
