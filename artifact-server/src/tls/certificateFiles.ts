import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { type Logger, toError } from '@nicdiag/runtime';

export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The kubelet replaces a Secret's files by swapping a symlink, which inotify on the file does not see: they are
 * looked at this often instead. */
const LOOK_MS = 5_000;

/** Reads certificate and key.
 * @throws when one cannot be read, or they do not belong together */
export function readCertificate({ cert, key }: CertificatePaths): Certificate {
  const pair = { cert: readFileSync(cert), key: readFileSync(key) };
  createSecureContext(pair);
  return pair;
}

/** Calls `use` with each new pair. A pair that does not fit together (half written, half renewed) is reported and looked
 * at again; the old one stays in use. */
export function watchCertificate(
  paths: CertificatePaths,
  use: (certificate: Certificate) => void,
  { logger, lookMs = LOOK_MS }: { readonly logger: Logger; readonly lookMs?: number },
): Disposable {
  let seen = versionOf(paths);
  const timer = setInterval(() => {
    const version = versionOf(paths);
    if (version === seen) return;
    try {
      use(readCertificate(paths));
      seen = version;
      logger.info('the TLS certificate was renewed', { cert: paths.cert });
    } catch (thrown) {
      logger.warn('the new TLS certificate cannot be used yet', { cert: paths.cert, error: toError(thrown) });
    }
  }, lookMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function versionOf({ cert, key }: CertificatePaths): string {
  return [cert, key]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined ? 'none' : `${found.ino}:${found.mtimeMs}:${found.size}`;
    })
    .join(' ');
}
