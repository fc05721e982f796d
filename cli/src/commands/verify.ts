import { open, stat } from 'node:fs/promises';
import { type BundleReport, isDigest, readFileChunks, verifyBundle } from '@nicdiag/artifacts';
import { CommandError, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { formatBytes } from '../output/units.ts';

export interface VerifyOptions {
  readonly digest?: string;
  readonly output?: string;
}

/** Checks a bundle against its manifests and, with --digest, against the capture's status; needs no cluster. */
export async function verifyCommand(path: string, { digest, output }: VerifyOptions, io: Io): Promise<void> {
  if (digest !== undefined && !isDigest(digest)) throw new UsageError('--digest must be sha256: and 64 hex digits');
  if (output !== undefined && output !== 'json') throw new UsageError(`-o must be json or left out, not ${output}`);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new UsageError(`${path} is a folder; verify takes the bundle, a .tar.zst`);
  await using file = await open(path, 'r').catch((cause: unknown) => {
    throw new UsageError(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  const report = await verifyBundle(readFileChunks(file), { ...(digest !== undefined && { expectedDigest: digest }) });
  if (output === 'json') io.out(`${JSON.stringify(report, null, 2)}\n`);
  else if (report.capture !== undefined) io.out(reportText(report));
  for (const { path: where, message } of report.problems)
    io.err(`${where === undefined ? '' : `${where} `}${message}\n`);
  if (report.problems.length > 0) throw new CommandError(`${path} is not what was sealed`);
  if (digest === undefined) {
    io.err('compare the manifest with status.manifest.digest of the capture, or give it with --digest\n');
  }
}

/** One line a fact, as `verify` and `download` print them. */
export function reportText({ capture, revision, digest, devices, blobs, bytes, matches }: BundleReport): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['capture', capture && `${capture.namespace}/${capture.name} (${capture.uid})`],
    ['manifest', digest],
    ['revision', revision === undefined ? undefined : String(revision)],
    [
      'verified',
      { newest: 'as it was sealed', older: 'as it was sealed, and with evidence that came later', no: 'no' }[
        matches ?? 'no'
      ],
    ],
    ['devices', String(devices)],
    ['blobs', String(blobs)],
    ['bytes', formatBytes(bytes)],
  ];
  const shown = facts.filter(([name, value]) => value !== undefined && (name !== 'verified' || matches !== undefined));
  return shown.map(([name, value]) => `${name.padEnd(9)}   ${value}\n`).join('');
}
