import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInVm, wantedAccelerator } from '@nicdiag/tools/vm';
import { compileClients, noCompiler } from '../../emulator/test/client.ts';

/* `main.ts`: runs the tests of this directory in a virtual machine and passes on their TAP. The kernel here need not have
 * CUSE; the one there has it. Node's own test runner, not ava: that takes 40 s to start where everything is emulated. */
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const CLIENTS = ['character', 'fwctl', 'mlx5ctl', 'register', 'umem'];
const TIMEOUT_MS = 10 * 60_000;

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-clients-'));
try {
  const clients = noCompiler === undefined ? compileClients(directory, CLIENTS) : {};
  const { NODE_COMPILE_CACHE } = process.env;
  process.exitCode = await runInVm({
    command: [process.execPath, '--test-reporter=tap', `${CHECKOUT}test/vm/characterDevices.ts`],
    cwd: CHECKOUT,
    env: { ...clients, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) },
    timeoutMs: TIMEOUT_MS,
    output: (bytes) => void process.stdout.write(bytes),
    say: (line) => void process.stdout.write(`${line}\n`),
    accelerator: wantedAccelerator(),
  });
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
