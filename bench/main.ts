/** All benchmarks, one after another: `make bench`. Each measures ratios within one run, because machines are noisy. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BENCHMARKS = ['emulator.ts', 'mlx5-channel.ts', 'collectors.ts', 'capture.ts', 'agent-memory.ts'];

for (const benchmark of BENCHMARKS) {
  console.log(`\n${benchmark}`);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL(benchmark, import.meta.url)), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) {
    console.error(`${benchmark} failed`);
    process.exitCode = 1;
  }
}
