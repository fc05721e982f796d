import { X509Certificate } from 'node:crypto';
import { BACKDATED_MS, type KeyPair } from './x509.ts';

/** `data` of a Secret: base64. */
export type SecretData = Readonly<Record<string, string>>;

/** The authorities, as they stand in their Secret. */
export interface Authorities {
  readonly current: KeyPair | undefined;
  readonly next: KeyPair | undefined;
  /** Certificate of the one before; what it signed is still served for a moment. */
  readonly previous: string | undefined;
}

const CURRENT = { certificate: 'tls.crt', key: 'tls.key' } as const;
const NEXT = { certificate: 'next.crt', key: 'next.key' } as const;
const PREVIOUS = 'previous.crt';

export function readAuthorities(data: SecretData): Authorities {
  return { current: readPair(data, CURRENT), next: readPair(data, NEXT), previous: readText(data, PREVIOUS) };
}

export function writeAuthorities({ current, next, previous }: Authorities): SecretData {
  return encoded({
    ...(current !== undefined && { [CURRENT.certificate]: current.certificate, [CURRENT.key]: current.key }),
    ...(next !== undefined && { [NEXT.certificate]: next.certificate, [NEXT.key]: next.key }),
    ...(previous !== undefined && { [PREVIOUS]: previous }),
  });
}

export function readServer(data: SecretData): KeyPair | undefined {
  return readPair(data, CURRENT);
}

export function writeServer({ certificate, key }: KeyPair, ca: string): SecretData {
  return encoded({ [CURRENT.certificate]: certificate, [CURRENT.key]: key, 'ca.crt': ca });
}

/** The CA that whoever made a Secret wrote beside the certificate, as cert-manager does. */
export function readCa(data: SecretData): string | undefined {
  return readText(data, 'ca.crt');
}

/** All certificates that are to be trusted, as one PEM text. */
export function trusted({ current, next, previous }: Authorities): string {
  return [current?.certificate, next?.certificate, previous].filter((each) => each !== undefined).join('');
}

/** What a certificate says of itself; undefined when it cannot be read. */
export function readCertificate(pem: string):
  | {
      /** when it was made */
      readonly fromMs: number;
      readonly untilMs: number;
      readonly names: readonly string[];
      readonly isSignedBy: (authority: string) => boolean;
    }
  | undefined {
  try {
    const certificate = new X509Certificate(pem);
    return {
      fromMs: certificate.validFromDate.getTime() + BACKDATED_MS,
      untilMs: certificate.validToDate.getTime(),
      names: [...(certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(
        ([, name = '']) => name,
      ),
      isSignedBy(authority) {
        const issuer = new X509Certificate(authority);
        return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
      },
    };
  } catch {
    // Somebody wrote something else there: it is made anew, and the log says so.
    return undefined;
  }
}

function readPair(data: SecretData, keys: { readonly certificate: string; readonly key: string }): KeyPair | undefined {
  const [certificate, key] = [readText(data, keys.certificate), readText(data, keys.key)];
  return certificate !== undefined && key !== undefined ? { certificate, key } : undefined;
}

function readText(data: SecretData, key: string): string | undefined {
  const value = data[key];
  return value === undefined || value === '' ? undefined : Buffer.from(value, 'base64').toString();
}

function encoded(texts: Readonly<Record<string, string>>): SecretData {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}
