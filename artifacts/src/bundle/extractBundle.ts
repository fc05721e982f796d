import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../digest.ts';
import { type BundleReport, verifyBundle } from './verifyBundle.ts';

export class BundleError extends Error {
  readonly code: 'BadBundle' | 'TargetExists';
  readonly report: BundleReport;
  constructor(code: BundleError['code'], message: string, report: BundleReport) {
    super(message);
    this.name = 'BundleError';
    this.code = code;
    this.report = report;
  }
}

/** Extracts a bundle into `<directory>/<capture>`, which must not be there yet. It appears only when every file in it has
 * been verified.
 * @returns the report and the new folder
 * @throws BundleError with everything that is wrong; nothing is left behind then */
export async function extractBundle(
  source: AsyncIterable<Uint8Array>,
  directory: string,
  options: { readonly expectedDigest?: Digest } = {},
): Promise<{ readonly report: BundleReport; readonly folder: string }> {
  await mkdir(directory, { recursive: true });
  const temporary = await mkdtemp(join(directory, '.nicdiag-extract-'));
  try {
    const report = await verifyBundle(source, {
      ...options,
      async sink(path, body) {
        const target = join(temporary, path);
        await mkdir(dirname(target), { recursive: true });
        await pipeline(Readable.from(body, { objectMode: false }), createWriteStream(target, { flags: 'wx' }));
      },
    });
    if (report.capture === undefined || report.problems.length > 0) {
      const first = report.problems[0];
      const where = first?.path === undefined ? '' : `${first.path}: `;
      const more = report.problems.length > 1 ? ` (and ${report.problems.length - 1} more)` : '';
      throw new BundleError('BadBundle', `the bundle is not what was sealed: ${where}${first?.message}${more}`, report);
    }
    const folder = join(directory, report.capture.name);
    if (await exists(folder)) {
      throw new BundleError('TargetExists', `${folder} exists; move it away or choose another directory`, report);
    }
    await rename(join(temporary, report.capture.name), folder);
    return { report, folder };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
