import { X509Certificate } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger } from '@nicdiag/runtime';
import { createAuthority } from '@nicdiag/tools';
import test, { type ExecutionContext } from 'ava';
import { readCertificate, watchCertificate } from '../../src/tls/certificateFiles.ts';

/** A new pair in files of that name. */
async function newPair(directory: string, name: string): Promise<{ readonly cert: string; readonly key: string }> {
  const { certificate, key } = await (await createAuthority('test')).client(name);
  const paths = { cert: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
  await writeFile(paths.cert, certificate);
  await writeFile(paths.key, key);
  return paths;
}

async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-tls-'));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}

test('a renewed pair is used; a half renewed one is not, until its other half arrives', async (t) => {
  const directory = await temporaryDirectory(t);
  const paths = { cert: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  const one = await newPair(directory, 'one');
  const two = await newPair(directory, 'two');
  await rename(one.cert, paths.cert);
  await rename(one.key, paths.key);
  t.is(new X509Certificate(readCertificate(paths).cert).subject, 'CN=one');

  const refused = Promise.withResolvers<void>();
  const stream = new Writable({
    write(line, _encoding, done) {
      if (String(line).includes('cannot be used yet')) refused.resolve();
      done();
    },
  });
  const logger = createLogger({ program: 'test', stream });
  const used = Promise.withResolvers<string>();
  using _watch = watchCertificate(paths, ({ cert }) => used.resolve(new X509Certificate(cert).subject), {
    logger,
    lookMs: 5,
  });
  await rename(two.cert, paths.cert);
  await refused.promise;
  await rename(two.key, paths.key);
  t.is(await used.promise, 'CN=two');
});

test('a pair that does not belong together is refused at the start', async (t) => {
  const directory = await temporaryDirectory(t);
  const one = await newPair(directory, 'one');
  const two = await newPair(directory, 'two');
  t.throws(() => readCertificate({ cert: one.cert, key: two.key }));
  await writeFile(one.cert, 'not PEM');
  t.throws(() => readCertificate(one));
});
