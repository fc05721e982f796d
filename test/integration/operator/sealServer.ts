import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertificateAuthority } from '@nicdiag/tools';

/** Stands in for the artifact server where only the operator is under test: it can be told to fail. */
export interface SealServer extends AsyncDisposable {
  readonly url: string;
  /** bodies of the seal requests, by capture UID */
  readonly requests: Map<string, { nodes?: { name: string; state: string; reason?: string }[] }[]>;
  /** While true it answers 503. */
  failing: boolean;
  /** of the newest revision of every seal */
  digest: string;
}

export async function startSealServer(authority: CertificateAuthority): Promise<SealServer> {
  const { certificate, key } = await authority.server(['127.0.0.1']);
  const requests: SealServer['requests'] = new Map();
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    let body = '';
    request.on('error', () => {});
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      // The operator was killed while it asked.
      return;
    }
    const uid = /^\/v1\/captures\/([^/]+)\/seal$/.exec(request.url ?? '')?.[1] ?? '';
    response.setHeader('content-type', 'application/json');
    if (fixture.failing) {
      response.writeHead(503).end(JSON.stringify({ reason: 'Unavailable', message: 'the store is away' }));
      return;
    }
    requests.set(uid, [...(requests.get(uid) ?? []), JSON.parse(body)]);
    const revision = requests.get(uid)?.length;
    const { digest } = fixture;
    response.end(JSON.stringify({ digest, sizeBytes: 1234, revision, devices: 0, totalBytes: 0, storedBytes: 0 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fixture: SealServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failing: false,
    digest: `sha256:${'5'.repeat(64)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fixture;
}
