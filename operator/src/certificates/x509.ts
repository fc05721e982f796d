import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Clocks of nodes and machines differ a little: a certificate is good this long before it was made. */
export const BACKDATED_MS = 3_600_000;

/** A certificate and its key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Lifetime {
  /** milliseconds since the epoch; the certificate is good from {@link BACKDATED_MS} before */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What a certificate is for. */
export type Subject =
  /** a TLS server; names are DNS names and IP addresses, the first one is its common name */
  | { readonly server: readonly string[] }
  /** a client; common name and organisations, which the API server takes for user and groups */
  | { readonly client: string; readonly groups: readonly string[] };

/** A certificate authority with its key. */
export interface Authority extends KeyPair {
  issue(subject: Subject, lifetime: Lifetime): Promise<KeyPair>;
}

/** Makes a certificate authority, ECDSA on P-256, that signs no further authorities.
 * @param name its common name */
export async function createAuthority(name: string, lifetime: Lifetime): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    ...validity(lifetime),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority({ certificate: pem(certificate), key: await exportKey(keys.privateKey) });
}

/** Takes an authority up again from its PEM texts.
 * @throws Error when they are none */
export async function openAuthority(pair: KeyPair): Promise<Authority> {
  if (!new NodeCertificate(pair.certificate).ca) throw new Error('the certificate is not one of an authority');
  return await authority(pair);
}

async function authority(pair: KeyPair): Promise<Authority> {
  const certificate = new x509.X509Certificate(pair.certificate);
  const [der] = x509.PemConverter.decode(pair.key);
  if (der === undefined) throw new Error('the key of the authority is no PEM');
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  const keyIdentifier = await x509.AuthorityKeyIdentifierExtension.create(certificate);
  return {
    ...pair,
    async issue(subject, lifetime) {
      const keys = await newKeys();
      const signed = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        issuer: certificate.subject,
        subject: nameOf(subject),
        ...validity(lifetime),
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          keyIdentifier,
          ...extensionsOf(subject),
        ],
      });
      return { certificate: pem(signed), key: await exportKey(keys.privateKey) };
    },
  };
}

function nameOf(subject: Subject): x509.JsonName {
  if ('server' in subject) return [{ CN: [subject.server[0] ?? 'localhost'] }];
  return [{ CN: [subject.client] }, ...subject.groups.map((group) => ({ O: [group] }))];
}

function extensionsOf(subject: Subject): x509.Extension[] {
  if ('client' in subject) return [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])];
  return [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(
      subject.server.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
    ),
  ];
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').concat('\n');
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

function validity({ fromMs, untilMs }: Lifetime): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(fromMs - BACKDATED_MS), notAfter: new Date(untilMs) };
}

/** 16 random bytes, positive. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}
