import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeyPair } from '@nicdiag/tools';

export interface TokenServer extends AsyncDisposable {
  /** For the registry's settings. */
  readonly realm: string;
  /** What was asked for, a query each. */
  readonly asked: readonly URLSearchParams[];
}

export interface TokenServerOptions {
  readonly issuer: string;
  readonly service: string;
  /** Signs tokens; the registry trusts who made its certificate. */
  readonly key: KeyPair;
  /** `user:password` */
  readonly login: string;
}

/** Gives tokens to whoever has the password, for what they ask, as a registry's authorization service does.
 * @source Distribution's token authentication specification */
export async function startTokenServer({ issuer, service, key, login }: TokenServerOptions): Promise<TokenServer> {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    asked.push(searchParams);
    if (request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
      return void response.writeHead(401).end('who are you?');
    }
    const access = searchParams.getAll('scope').map((scope) => {
      const [type = '', name = '', actions = ''] = scope.split(':');
      return { type, name, actions: actions.split(',') };
    });
    response.end(JSON.stringify({ token: tokenFor(access) }));
  });

  function tokenFor(access: unknown): string {
    const nowS = Math.floor(Date.now() / 1000);
    const x5c = [new X509Certificate(key.certificate).raw.toString('base64')];
    const claims = {
      iss: issuer,
      sub: 'someone',
      aud: service,
      exp: nowS + 300,
      nbf: nowS - 10,
      iat: nowS,
      jti: randomUUID(),
      access,
    };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(text), {
      key: createPrivateKey(key.key),
      dsaEncoding: 'ieee-p1363',
    });
    return `${text}.${signature.toString('base64url')}`;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
