import { parseArgs } from 'node:util';
import { runInVm, wantedAccelerator } from './runInVm.ts';

/* `main.ts [--timeout SECONDS] -- COMMAND…`: runs a command in a virtual machine, in this directory, and ends as it ends.
 * NICDIAG_VM_ACCELERATOR=kvm lets the processor do it where that works; by default it is emulated. */
const { values, positionals } = parseArgs({
  options: { timeout: { type: 'string', default: '600' } },
  allowPositionals: true,
});
/** What concerns a command wherever it runs. */
const PASSED_ON = /^(NODE_COMPILE_CACHE|NO_COLOR|NICDIAG_(?!NURSERY$|VM_|LEFT_MOUNTS$).*)$/;

try {
  process.exitCode = await runInVm({
    command: positionals,
    cwd: process.cwd(),
    env: Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        PASSED_ON.test(name) && value !== undefined ? [[name, value]] : [],
      ),
    ),
    timeoutMs: Number(values.timeout) * 1000,
    output: (bytes) => void process.stdout.write(bytes),
    say: (line) => void process.stderr.write(`${line}\n`),
    accelerator: wantedAccelerator(),
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
