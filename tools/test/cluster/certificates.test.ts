import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import test from 'ava';
import { createAuthority } from '../../src/cluster/certificates.ts';

test('a server certificate is good for its names and addresses, and for no others', async (t) => {
  const authority = await createAuthority('test');
  const { certificate } = await authority.server(['nicdiag-artifacts.nicdiag-system.svc', '127.0.0.1', '192.0.2.7']);
  const leaf = new X509Certificate(certificate);
  t.is(leaf.checkHost('nicdiag-artifacts.nicdiag-system.svc'), 'nicdiag-artifacts.nicdiag-system.svc');
  t.is(leaf.checkIP('192.0.2.7'), '192.0.2.7');
  t.is(leaf.checkHost('other.svc'), undefined);
  t.is(leaf.checkIP('192.0.2.8'), undefined);
  const root = new X509Certificate(authority.certificate);
  t.true(leaf.checkIssued(root));
  t.true(leaf.verify(root.publicKey));
  t.true(root.ca);
  t.false(leaf.ca);
});

test('a client certificate names user and groups', async (t) => {
  const authority = await createAuthority('test');
  const { certificate } = await authority.client('alice', ['sre', 'oncall']);
  t.is(new X509Certificate(certificate).subject, 'CN=alice\nO=sre\nO=oncall');
});

test('TLS accepts the pair, with this authority only', async (t) => {
  const [authority, stranger] = [await createAuthority('test'), await createAuthority('stranger')];
  const { certificate, key } = await authority.server(['localhost']);
  const server = createServer({ cert: certificate, key }, (socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const good = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: authority.certificate });
  await once(good, 'secureConnect');
  t.true(good.authorized);
  good.destroy();
  const bad = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: stranger.certificate });
  await t.throwsAsync(once(bad, 'secureConnect'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});
