import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '@nicdiag/tools';

/** Answered by the proxy; the API server never sees the request. */
export interface Answer {
  answer: number;
  headers?: Record<string, string>;
  reason?: string;
}

/** What happens to a request instead of, or besides, its being passed on. */
export type Fault =
  | Answer
  /** the connection is reset before an answer */
  | 'reset'
  /** passed on, and the connection reset after the API server has executed it */
  | 'resetAfterExecution'
  /** the answer is cut off after so many bytes */
  | { cutAfterBytes: number }
  /** passed on, but after the headers no byte comes back */
  | 'silence'
  /** one byte every 20 ms */
  | 'drip';

export interface ProxiedRequest {
  readonly method: string;
  /** with the query */
  readonly url: string;
  readonly isWatch: boolean;
}

/** Stands between a client and the real API server and does to requests what networks, load balancers and overloaded
 * servers do. Speaks plain HTTP to the client. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  readonly requests: ProxiedRequest[];
  /** Decides about each request; undefined passes it on untouched. */
  fault: (request: ProxiedRequest) => Fault | undefined;
  /** Resets every watch that is open; waits until there is one. A request that is still on its way to become a watch is
   * left alone. */
  cutWatches(): Promise<void>;
}

export async function startFaultProxy(cluster: Pick<Cluster, 'server' | 'caFile'>): Promise<FaultProxy> {
  const ca = readFileSync(cluster.caFile);
  const watches = new Set<Socket>();
  const sockets = new Set<Socket>();

  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? '';
    const request = { method: incoming.method ?? '', url, isWatch: /[?&]watch=(true|1)/.test(url) };
    proxy.requests.push(request);
    const fault = proxy.fault(request);
    if (fault === 'reset') incoming.socket.resetAndDestroy();
    else if (typeof fault === 'object' && 'answer' in fault) answer(outgoing, fault);
    else forward(incoming, outgoing, request, fault);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });

  function forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    request: ProxiedRequest,
    fault: Fault | undefined,
  ): void {
    const target = new URL(request.url, cluster.server);
    const headers = { ...incoming.headers, host: target.host };
    const passed = httpsRequest(target, { method: request.method, headers, ca }, (response) => {
      if (fault === 'resetAfterExecution') {
        response.resume().once('end', () => incoming.socket.resetAndDestroy());
        return;
      }
      if (request.isWatch) {
        watches.add(incoming.socket);
        incoming.socket.once('close', () => watches.delete(incoming.socket));
      }
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      relay(response, incoming, outgoing, fault);
    });
    passed.on('error', () => incoming.socket.resetAndDestroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    fault: () => undefined,
    async cutWatches() {
      while (watches.size === 0) await sleep(5);
      for (const socket of [...watches]) {
        watches.delete(socket);
        socket.resetAndDestroy();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function answer(outgoing: ServerResponse, { answer: code, headers = {}, reason }: Answer): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: 'injected by the test' };
  outgoing.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(status));
}

function relay(
  response: IncomingMessage,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): void {
  response.on('error', () => incoming.socket.resetAndDestroy());
  if (fault === 'silence') {
    response.resume();
  } else if (fault === 'drip') {
    void drip(response, outgoing);
  } else if (typeof fault === 'object' && 'cutAfterBytes' in fault) {
    let left = fault.cutAfterBytes;
    response.on('data', (chunk: Buffer) => {
      outgoing.write(chunk.subarray(0, left), () => left <= 0 && incoming.socket.resetAndDestroy());
      left -= chunk.length;
    });
    response.once('end', () => outgoing.end());
  } else {
    response.pipe(outgoing);
  }
}

async function drip(response: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  for await (const chunk of response) {
    for (const byte of chunk as Buffer) {
      if (outgoing.destroyed) return;
      outgoing.write(Uint8Array.of(byte));
      await sleep(20);
    }
  }
  outgoing.end();
}
