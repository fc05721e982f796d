import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@nicdiag/tools';
import { blobsOf, pushImage, readCredentials } from '@nicdiag/tools/images';
import test from 'ava';
import { startRegistry } from './registry.ts';
import { smallImages } from './smallImages.ts';

/** The password is `secret`. */
const HTPASSWD = 'pusher:$2b$04$afRVGI3cdnk0GyiEDaATE.ljXGnHPP5Ze6AcdDRH1P20YHcJ0nzee\n';
const PUSHER = { username: 'pusher', password: 'secret' };
const ACCEPT = { accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json' };

test('a registry has what was pushed, byte for byte, and a second push sends nothing', async (t) => {
  await using registry = await startRegistry();
  const [image] = await smallImages();
  if (image === undefined) return t.fail();
  const there = { host: registry.host, path: 'some/path', tag: 'v1', plain: true };
  const pushed = await pushImage(image, there, undefined);
  t.is(pushed.reference, `${registry.host}/some/path/nicdiag-agent:v1`);
  t.is(pushed.digest, image.index.descriptor.digest);
  t.deepEqual({ sent: pushed.sent, known: pushed.known }, { sent: 5, known: 3 });

  const base = `http://${registry.host}/v2/some/path/nicdiag-agent`;
  const tagged = await fetch(`${base}/manifests/v1`, { headers: ACCEPT });
  t.is(tagged.headers.get('docker-content-digest'), image.index.descriptor.digest);
  for (const { descriptor, content } of blobsOf(image)) {
    const kind =
      descriptor.mediaType.includes('.manifest.') || descriptor.mediaType.includes('.index.') ? 'manifests' : 'blobs';
    const answer = await fetch(`${base}/${kind}/${descriptor.digest}`, { headers: ACCEPT });
    t.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(content), descriptor.mediaType);
  }
  const again = await pushImage(image, there, undefined);
  t.deepEqual({ sent: again.sent, known: again.known }, { sent: 0, known: 8 });
});

test('the second image takes the layers that both have from the repository of the first', async (t) => {
  await using registry = await startRegistry();
  const [agent, operator] = await smallImages();
  if (agent === undefined || operator === undefined) return t.fail();
  const there = { host: registry.host, path: '', tag: 'v1', plain: true };
  await pushImage(agent, there, undefined);
  const { sent, reference } = await pushImage(operator, there, undefined, 'nicdiag-agent');
  t.is(reference, `${registry.host}/nicdiag-operator:v1`);
  // Its own layer and two configurations.
  t.is(sent, 3);
});

test('a registry with a password takes it from the file that docker login writes', async (t) => {
  await using registry = await startRegistry('auth: {htpasswd: {realm: any, path: DIRECTORY/users}}', {
    users: HTPASSWD,
  });
  const [image] = await smallImages();
  if (image === undefined) return t.fail();
  const there = { host: registry.host, path: 'team', tag: 'v1', plain: true };
  await t.throwsAsync(pushImage(image, there, undefined), {
    code: 'Registry',
    message: /401: Unauthorized; no credentials were found: log in/,
  });
  await t.throwsAsync(pushImage(image, there, { ...PUSHER, password: 'wrong' }), { message: /as pusher$/ });

  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-docker-'));
  try {
    const auth = Buffer.from('pusher:secret').toString('base64');
    writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const credentials = readCredentials(registry.host, { DOCKER_CONFIG: directory });
    t.deepEqual(credentials, PUSHER);
    t.is((await pushImage(image, there, credentials)).sent, 5);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('where no registry is, the message says so', async (t) => {
  const [image] = await smallImages();
  if (image === undefined) return t.fail();
  const nowhere = { host: `127.0.0.1:${await freePort('127.0.0.1')}`, path: '', tag: 'v1', plain: true };
  await t.throwsAsync(pushImage(image, nowhere, undefined), {
    message: /^http:\/\/127.0.0.1:\d+ cannot be reached: .*ECONNREFUSED/,
  });
});
