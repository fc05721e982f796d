import { X509Certificate } from 'node:crypto';
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls';
import test from 'ava';
import {
  readAuthorities,
  readCa,
  readCertificate,
  readServer,
  trusted,
  writeAuthorities,
  writeServer,
} from '../../src/certificates/secrets.ts';
import { createAuthority, openAuthority } from '../../src/certificates/x509.ts';

const HOUR = 3_600_000;
const now = Math.floor(Date.now() / 1000) * 1000;
const life = { fromMs: now, untilMs: now + HOUR };

test('an authority is taken up again from its Secret, and what it signs verifies', async (t) => {
  const authority = await createAuthority('test', life);
  const stored = readAuthorities(writeAuthorities({ current: authority, next: undefined, previous: undefined }));
  if (stored.current === undefined) return t.fail();
  const again = await openAuthority(stored.current);
  const { certificate } = await again.issue({ server: ['a.svc', '10.0.0.1', '::1'] }, life);
  const read = readCertificate(certificate);
  t.true(read?.isSignedBy(authority.certificate));
  t.deepEqual(read?.names.slice(0, 2), ['a.svc', '10.0.0.1']);
  t.is(read?.untilMs, life.untilMs);
  t.is(read?.fromMs, life.fromMs);
});

test('what is trusted are the authorities before, now and next, and nothing that is not there', async (t) => {
  const [current, next, previous] = await Promise.all(['a', 'b', 'c'].map((name) => createAuthority(name, life)));
  if (!current || !next || !previous) return t.fail();
  const all = { current, next, previous: previous.certificate };
  const read = readAuthorities(writeAuthorities(all));
  t.is(trusted(read), current.certificate + next.certificate + previous.certificate);
  t.is(trusted({ ...read, next: undefined, previous: undefined }), current.certificate);
  t.is(trusted(readAuthorities({})), '');
});

test('a key without its certificate is no pair, and nonsense is no certificate', (t) => {
  t.is(readServer({ 'tls.key': Buffer.from('x').toString('base64') }), undefined);
  t.is(readCertificate('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'), undefined);
  t.is(readCa({ 'ca.crt': '' }), undefined);
});

test('a certificate of a server is no authority', async (t) => {
  const authority = await createAuthority('test', life);
  const server = await authority.issue({ server: ['a'] }, life);
  await t.throwsAsync(openAuthority(server), { message: /not one of an authority/ });
});

test('TLS takes it: a client that trusts both authorities talks to a server of either', async (t) => {
  const [before, after] = [await createAuthority('before', life), await createAuthority('after', life)];
  const ca = trusted({ current: before, next: after, previous: undefined });
  for (const authority of [before, after]) {
    const issued = readServer(writeServer(await authority.issue({ server: ['artifacts.svc'] }, life), ca));
    if (issued === undefined) return t.fail();
    const server = createServer({ cert: issued.certificate, key: issued.key }, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const client = connectTls({ host: '127.0.0.1', port, ca, servername: 'artifacts.svc' }, () => resolve(client));
      client.once('error', reject);
    });
    t.true(socket.authorized);
    t.is(socket.getPeerX509Certificate()?.issuer, new X509Certificate(authority.certificate).subject);
    socket.destroy();
    server.close();
  }
});
