import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../cluster/freePort.ts';
import type { Child } from '../nursery/child.ts';
import { createNursery } from '../nursery/nursery.ts';
import { provideS3Server } from './provideS3Server.ts';
import { putPolicy } from './putPolicy.ts';

export interface S3ServerOptions {
  /** Made before it starts. */
  readonly buckets?: readonly string[];
  /** PEM, good for 127.0.0.1. @default plain HTTP */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A real S3 server on a directory, for tests. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  /** Of its administrator, to whom no policy applies. */
  readonly credentials: S3Credentials;
  /** Where its buckets lie: `<directory>/<bucket>/<key>`, whose times are the objects'. */
  readonly directory: string;
  /** A new user, who may do nothing but what a bucket's policy allows. */
  addUser(name: string): Promise<S3Credentials>;
  /** Allows these actions, e.g. `s3:GetObject`, to a user in all of a bucket, in place of what its policy allowed before. */
  allow(bucket: string, user: S3Credentials, actions: readonly string[]): Promise<void>;
  /** Ends it as a machine that fails does. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
}

const START_MS = 60_000;
const POLL_MS = 20;

/** Starts versitygw with its POSIX backend; buckets are directories. */
export async function startS3Server({ buckets = [], tls }: S3ServerOptions = {}): Promise<S3Server> {
  const program = await provideS3Server();
  const nursery = createNursery('s3');
  const directory = join(nursery.directory, 'buckets');
  for (const bucket of ['', ...buckets]) mkdirSync(join(directory, bucket), { recursive: true });
  const port = await freePort();
  const credentials = { accessKeyId: 'nicdiag-test', secretAccessKey: 'not-secret-of-the-tests' };
  const users = join(nursery.directory, 'users');
  mkdirSync(users);
  const certificate = tls === undefined ? [] : tlsArguments(nursery.directory, tls);
  const address = { endpoint: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`, region: 'us-east-1' };
  let child: Child | undefined;
  const server: S3Server = {
    ...{ ...address, credentials, directory },
    async addUser(name) {
      const user = { accessKeyId: name, secretAccessKey: `not-secret-of-${name}` };
      const flags = ['--access', user.accessKeyId, '--secret', user.secretAccessKey, '--role', 'user'];
      await promisify(execFile)(program, ['admin', '--allow-insecure', 'create-user', ...flags], {
        env: {
          ADMIN_ACCESS_KEY: credentials.accessKeyId,
          ADMIN_SECRET_KEY: credentials.secretAccessKey,
          ADMIN_ENDPOINT_URL: address.endpoint,
        },
      });
      return user;
    },
    allow: (bucket, user, actions) => putPolicy({ ...address, credentials }, bucket, user.accessKeyId, actions),
    async kill() {
      child?.kill('SIGKILL');
      await child?.ended;
    },
    async start() {
      const flags = ['--port', `127.0.0.1:${port}`, '--iam-dir', users, '--iam-cache-disable', ...certificate];
      const started = nursery.spawn('versitygw', [program, ...flags, 'posix', directory], {
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

function tlsArguments(directory: string, { certificate, key }: NonNullable<S3ServerOptions['tls']>): string[] {
  const [cert, private_] = [join(directory, 's3.crt'), join(directory, 's3.key')];
  writeFileSync(cert, certificate);
  writeFileSync(private_, key, { mode: 0o600 });
  return ['--cert', cert, '--key', private_];
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
