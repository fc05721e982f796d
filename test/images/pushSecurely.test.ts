import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '@nicdiag/tools';
import test, { type ExecutionContext } from 'ava';
import { startRegistry } from './registry.ts';
import { startTokenServer } from './tokenServer.ts';

/* A registry as companies and clouds have it: TLS by an authority of their own, tokens from a service beside it. */
const PUSH = fileURLToPath(new URL('pushOne.ts', import.meta.url));

async function push(t: ExecutionContext, host: string, ca: string, login?: string) {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-login-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'ca.pem'), ca);
  const auths = login === undefined ? {} : { [host]: { auth: Buffer.from(login).toString('base64') } };
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths }));
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'), DOCKER_CONFIG: directory };
  return new Promise<{ readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [PUSH, host], { env }, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

test('over TLS, with a token for what is pushed and no more', async (t) => {
  const authority = await createAuthority('registries of a company');
  const stranger = await createAuthority('somebody else');
  const server = await authority.server(['127.0.0.1']);
  const signer = await authority.server(['tokens']);
  const about = { issuer: 'company', service: 'registry.example' };
  await using tokens = await startTokenServer({ ...about, key: signer, login: 'pusher:secret' });
  const settings = `
  tls: {certificate: DIRECTORY/server.pem, key: DIRECTORY/server.key}
auth:
  token: {realm: '${tokens.realm}', service: ${about.service}, issuer: ${about.issuer}, rootcertbundle: DIRECTORY/ca.pem}`;
  await using registry = await startRegistry(settings, {
    'server.pem': server.certificate,
    'server.key': server.key,
    'ca.pem': authority.certificate,
  });

  const untrusted = await push(t, registry.host, stranger.certificate, 'pusher:secret');
  t.regex(untrusted.stderr, /^https:\/\/127\.0\.0\.1:\d+ cannot be reached: .*certificate/);
  const nobody = await push(t, registry.host, authority.certificate);
  t.regex(nobody.stderr, /token was answered with 401: who are you\?; no credentials were found: log in/);
  const wrong = await push(t, registry.host, authority.certificate, 'pusher:guess');
  t.regex(wrong.stderr, /token was answered with 401: who are you\?; as pusher\n$/);

  const pushed = await push(t, registry.host, authority.certificate, 'pusher:secret');
  t.is(pushed.stdout, '5\n', pushed.stderr);
  const last = tokens.asked.at(-1);
  t.is(last?.get('service'), about.service);
  t.deepEqual(last?.getAll('scope'), ['repository:team/nicdiag-agent:pull,push']);
  t.is((await push(t, registry.host, authority.certificate, 'pusher:secret')).stdout, '0\n');
});
