import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchEventLoopLag } from './eventLoopLag.ts';
import { parseListen } from './listenAddress.ts';
import type { Registry } from './registry.ts';
import { toError } from './toError.ts';

export interface ProbeServerOptions {
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly listen: string;
  /** Why the program is not ready, one sentence each; none when it is. Asked at every probe: keep it cheap. */
  readonly ready: () => readonly string[];
  /** Why the program should be restarted, besides a stuck event loop; none when it is well.
   * Never a dependency that a restart would not mend (API server, store). */
  readonly live?: () => readonly string[];
  readonly registry?: Registry;
  /** Lag of the event loop above which `/livez` fails, in milliseconds. @default 10,000 */
  readonly maxLagMs?: number;
}

export interface ProbeServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** Serves `/livez`, `/readyz` (200 `ok`, or 503 and the reasons, one a line) and `/metrics` on plain HTTP. */
export async function createProbeServer(options: ProbeServerOptions): Promise<ProbeServer> {
  const { ready, live, registry, maxLagMs = 10_000 } = options;
  const lag = watchEventLoopLag();

  const lagReasons = (): readonly string[] => {
    const worst = lag.worst();
    return worst > maxLagMs ? [`the event loop was stuck for ${Math.round(worst)} ms`] : [];
  };

  const server = createServer((request, response) => {
    switch (new URL(request.url ?? '/', 'http://probe').pathname) {
      case '/livez':
        return answer(response, [...lagReasons(), ...(live?.() ?? [])]);
      case '/readyz':
        return answer(response, ready());
      case '/metrics':
        return void answerMetrics(response, registry);
      default:
        response.writeHead(404).end();
    }
  });

  const { host, port } = parseListen(options.listen);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;

  return {
    host: address.address,
    port: address.port,
    async [Symbol.asyncDispose]() {
      lag[Symbol.dispose]();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(response: ServerResponse, reasons: readonly string[]): void {
  response.writeHead(reasons.length === 0 ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(reasons.length === 0 ? 'ok\n' : `${reasons.join('\n')}\n`);
}

async function answerMetrics(response: ServerResponse, registry: Registry | undefined): Promise<void> {
  if (registry === undefined) {
    response.writeHead(404).end();
    return;
  }
  try {
    const body = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(body);
  } catch (thrown) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`${toError(thrown).message}\n`);
  }
}
