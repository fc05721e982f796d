import { basename } from 'node:path';
import { isSea } from 'node:sea';

/** As it is called: `nicdiag` on a host, by kubectl as its plugin. One program, whatever its file is called. */
export function programName(): string {
  const invoked = process.env['NICDIAG_PROGRAM'] ?? (isSea() ? process.argv0 : process.argv[1]);
  return basename(invoked ?? '') === 'nicdiag' ? 'nicdiag' : 'kubectl nicdiag';
}
