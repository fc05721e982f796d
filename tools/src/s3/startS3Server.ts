import { mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../cluster/freePort.ts';
import type { Child } from '../nursery/child.ts';
import { createNursery } from '../nursery/nursery.ts';
import { provideS3Server } from './provideS3Server.ts';

export interface S3ServerOptions {
  /** Made before it starts. */
  readonly buckets?: readonly string[];
}

/** A real S3 server on a directory, for tests. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Where its buckets lie: `<directory>/<bucket>/<key>`, whose times are the objects'. */
  readonly directory: string;
  /** Ends it as a machine that fails does. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
}

const START_MS = 60_000;
const POLL_MS = 20;

/** Starts versitygw with its POSIX backend; buckets are directories. */
export async function startS3Server({ buckets = [] }: S3ServerOptions = {}): Promise<S3Server> {
  const program = await provideS3Server();
  const nursery = createNursery('s3');
  const directory = join(nursery.directory, 'buckets');
  for (const bucket of ['', ...buckets]) mkdirSync(join(directory, bucket), { recursive: true });
  const port = await freePort();
  const credentials = { accessKeyId: 'nicdiag-test', secretAccessKey: 'not-secret-of-the-tests' };
  let child: Child | undefined;
  const server: S3Server = {
    ...{ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials, directory },
    async kill() {
      child?.kill('SIGKILL');
      await child?.ended;
    },
    async start() {
      const started = nursery.spawn('versitygw', [program, '--port', `127.0.0.1:${port}`, 'posix', directory], {
        env: { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
      });
      child = started;
      const deadline = Date.now() + START_MS;
      while (!(await listens(port))) {
        if (!started.isRunning() || Date.now() > deadline) throw new Error(`no S3 server:\n${started.tail()}`);
        await setTimeout(POLL_MS);
      }
    },
    [Symbol.asyncDispose]: () => nursery[Symbol.asyncDispose](),
  };
  await server.start();
  return server;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
