import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';
import type { StoreError } from '../blobStore.ts';
import { s3FailureOf } from './s3Error.ts';

export interface S3ClientOptions {
  /** URL of the server. @default Amazon's of the region */
  readonly endpoint?: string;
  readonly region: string;
  /** `https://endpoint/bucket/key` in place of `https://bucket.endpoint/key`. @default false */
  readonly forcePathStyle?: boolean;
  /** PEM certificates that are trusted beside Node's own. */
  readonly ca?: string;
  /** @default as the AWS SDK finds them: environment, files, web identity */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How often a request is tried before it fails. @default 5 */
  readonly attempts?: number;
  /** Asked before each try of a request: why it must not be sent. */
  readonly gate?: () => StoreError | undefined;
  /** Told of each try, for metrics. */
  readonly onRequest?: (request: S3Request) => void;
  /** Silence on a connection after which it is given up. @default 30 s */
  readonly silenceMs?: number;
}

/** One try of a request. */
export interface S3Request {
  /** As S3 names it, e.g. `PutObject`. */
  readonly operation: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly seconds: number;
}

const SILENCE_MS = 30_000;
const CONNECT_MS = 5_000;
const MAX_CONNECTIONS = 50;
/** The client's own remarks go to the console otherwise; what fails is thrown, and told once by whoever catches it. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A client that asks the gate before each try, the first and those that the client itself makes: what was allowed when a
 * request began may not be when it is sent again. */
export function createS3Client(options: S3ClientOptions): S3Client {
  const { gate, onRequest, ca, silenceMs = SILENCE_MS, attempts = 5 } = options;
  const client = new S3Client({
    region: options.region,
    forcePathStyle: options.forcePathStyle ?? false,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    ...{ maxAttempts: attempts, logger: SILENT },
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      // Not requestTimeout, which limits a request as a whole: a dump of gigabytes takes longer.
      socketTimeout: silenceMs,
      ...(ca !== undefined && {
        httpsAgent: new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, ca: [...rootCertificates, ca] }),
      }),
    },
  });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const refusal = gate?.();
      if (refusal !== undefined) throw refusal;
      const started = performance.now();
      const operation = (context.commandName ?? 'unknown').replace(/Command$/, '');
      const done = (status: number) =>
        onRequest?.({ operation, status, seconds: (performance.now() - started) / 1000 });
      try {
        const result = await next(args);
        done(s3FailureOf(result.output).status);
        return result;
      } catch (error) {
        done(s3FailureOf(error).status);
        throw error;
      }
    },
    // Within the client's own retries and after the signature.
    { step: 'finalizeRequest', priority: 'low', name: 'eachTry' },
  );
  return client;
}
