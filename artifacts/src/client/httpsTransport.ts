import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { ArtifactError } from './artifactError.ts';
import type { Transport, TransportBody, TransportRequest, TransportResponse } from './transport.ts';

export interface HttpsTransportOptions {
  /** e.g. `https://nicdiag-artifacts.nicdiag-system.svc:8443` */
  readonly url: string;
  /** PEM of the CA, asked for before every request: a new one is used at once. */
  readonly ca: () => string;
  /** Bearer token, asked for before every request: projected tokens change on disk. */
  readonly token: () => string;
  /** Silence after which a request is given up, with some more for large bodies. Default 30 s. */
  readonly idleTimeoutMs?: number;
}

const MAX_CONNECTIONS = 8;
/** At which a busy server is given to verify a blob before it answers. */
const VERIFIED_BYTES_PER_MS = 8 * 1024;

/** HTTPS with connections kept alive. A body is sent only after the server said 100 Continue, so that a refusal costs
 * no transfer and its reason arrives. */
export function createHttpsTransport(options: HttpsTransportOptions): { readonly send: Transport; close(): void } {
  const { url, idleTimeoutMs = 30_000 } = options;
  let agent: { readonly ca: string; readonly https: Agent } | undefined;
  const agentFor = (ca: string): Agent => {
    if (agent?.ca !== ca) {
      agent?.https.destroy();
      agent = { ca, https: new Agent({ ca, keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: idleTimeoutMs }) };
    }
    return agent.https;
  };

  const sendOnce = async (request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> => {
    const timeout = idleTimeoutMs + Math.ceil((request.body?.length ?? 0) / VERIFIED_BYTES_PER_MS);
    const requestOptions: RequestOptions = {
      method: request.method,
      agent: agentFor(options.ca()),
      signal,
      timeout,
      headers: {
        ...request.headers,
        authorization: `Bearer ${options.token()}`,
        ...(request.body !== undefined && { 'content-length': request.body.length, expect: '100-continue' }),
      },
    };
    const sent = httpsRequest(new URL(request.path, url), requestOptions);
    sent.on('timeout', () => {
      sent.destroy(new ArtifactError('TimedOut', `${request.method} ${url}: no answer for ${timeout} ms`));
    });
    return answerTo(sent, request);
  };

  return {
    async send(request, { signal }) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await sendOnce(request, signal);
        } catch (error) {
          // Each try takes one dead connection out of the pool.
          if (error instanceof StaleConnection && attempt <= MAX_CONNECTIONS) continue;
          signal.throwIfAborted();
          throw connectionError(error instanceof StaleConnection ? error.cause : error, `${request.method} ${url}`);
        }
      }
    },
    close: () => agent?.https.destroy(),
  };
}

/** A kept connection that the server had closed meanwhile: nothing was done, the request can be sent again. */
class StaleConnection extends Error {}

function answerTo(sent: ClientRequest, { body }: TransportRequest): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    let answered = false;
    let bodyStarted = false;
    sent.on('error', (cause: Error & { code?: string }) => {
      const stale = sent.reusedSocket && !bodyStarted && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
      reject(stale ? new StaleConnection(cause.message, { cause }) : cause);
    });
    sent.on('response', (incoming) => {
      answered = true;
      // A refusal before or in the middle of the body: what is left of it is not sent, the connection is not reused.
      if (body !== undefined && !sent.writableEnded) incoming.on('end', () => sent.destroy());
      resolve({ status: incoming.statusCode ?? 0, headers: singleHeaders(incoming), body: incoming });
    });
    if (body === undefined) {
      sent.end();
      return;
    }
    sent.on('continue', () => {
      bodyStarted = true;
      sendBody(body, sent).catch((error: unknown) => {
        sent.destroy();
        // Once there is an answer it counts, not that the server stopped reading.
        if (!answered) reject(error);
      });
    });
    sent.flushHeaders();
  });
}

/** Asks for the next chunk of a body only when the kernel has the last one: they may all lie in the same memory. */
async function sendBody(body: TransportBody, sent: ClientRequest): Promise<void> {
  for await (const chunk of body.stream()) {
    await new Promise<void>((resolve, reject) => {
      const closed = (): void => reject(new Error('the connection was closed in the middle of the body'));
      sent.once('close', closed);
      sent.write(chunk, (error) => {
        sent.off('close', closed);
        if (error) reject(error);
        else resolve();
      });
    });
  }
  sent.end();
}

function singleHeaders(incoming: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function connectionError(error: unknown, what: string): ArtifactError {
  if (error instanceof ArtifactError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ArtifactError('ConnectionFailed', `${what} failed: ${message}`, { cause: error });
}
