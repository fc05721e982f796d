import { createAuthority as createLasting, type KeyPair, type Lifetime, type Subject } from '@nicdiag/operator/x509';

const LIFE_MS = 30 * 24 * 3_600_000;

export type { KeyPair };

export interface CertificateAuthority {
  /** PEM */
  readonly certificate: string;
  /** A certificate for a TLS server. */
  server(names: readonly string[]): Promise<KeyPair>;
  /** A certificate that the API server takes for a user: common name and organisations are user and groups. */
  client(user: string, groups?: readonly string[]): Promise<KeyPair>;
}

/** Makes a certificate authority that lives as long as a development cluster: 30 days at most.
 * @param name its common name */
export async function createAuthority(name: string): Promise<CertificateAuthority> {
  const authority = await createLasting(name, lifetime());
  const issue = (subject: Subject): Promise<KeyPair> => authority.issue(subject, lifetime());
  return {
    certificate: authority.certificate,
    server: (names) => issue({ server: names }),
    client: (user, groups = []) => issue({ client: user, groups }),
  };
}

function lifetime(): Lifetime {
  const nowMs = Date.now();
  return { fromMs: nowMs, untilMs: nowMs + LIFE_MS };
}
