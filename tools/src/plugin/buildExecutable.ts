import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachNote } from './attachNote.ts';

export interface ExecutableParts {
  /** The program, CommonJS. */
  readonly script: string;
  /** Node for the platform, as its package has it. */
  readonly node: Uint8Array;
  /** koffi's native part for the platform. */
  readonly koffi: Uint8Array;
}

/** Node looks for its program in a note of this name, when this fuse is set.
 * @source https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html */
const NOTE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

/** Makes one executable of a program and Node. Same input, same bytes; for any Linux platform on any other. */
export function buildExecutable({ script, node, koffi }: ExecutableParts): Uint8Array {
  const program = attachNote(node, NOTE, makeBlob(script, koffi));
  const fuse = Buffer.from(program.buffer).indexOf(`${FUSE}0`);
  if (fuse < 0) throw new Error('this Node does not know single executables: it has no fuse for them');
  program[fuse + FUSE.length] = '1'.charCodeAt(0);
  return program;
}

/** What Node is to run, in Node's own form, made by the Node that this runs on: the same version. */
function makeBlob(script: string, koffi: Uint8Array): Uint8Array {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-plugin-'));
  try {
    writeFileSync(join(directory, 'main.cjs'), script);
    writeFileSync(join(directory, 'koffi.node'), koffi);
    const config = {
      main: 'main.cjs',
      output: 'blob',
      disableExperimentalSEAWarning: true,
      // Compiled code fits one platform only, and is not the same in two runs.
      useCodeCache: false,
      useSnapshot: false,
      assets: { 'koffi.node': 'koffi.node' },
    };
    writeFileSync(join(directory, 'sea.json'), JSON.stringify(config));
    execFileSync(process.execPath, ['--experimental-sea-config', 'sea.json'], { cwd: directory, stdio: 'pipe' });
    return readFileSync(join(directory, 'blob'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
