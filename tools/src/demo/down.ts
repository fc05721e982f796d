import { endKept, findKept } from '../kept/kept.ts';
import { sweepAbandoned } from '../nursery/owner.ts';
import { DEMO_DIRECTORY } from './demoDirectory.ts';

/* `make demo-down`: ends what `make demo KEEP=1` left running, and what a killed run could not clean up. */
const demo = findKept(DEMO_DIRECTORY);
if (demo !== undefined && !(await endKept(DEMO_DIRECTORY, demo))) {
  process.stderr.write(`the demo's process ${demo.pid} does not end; kill -9 ${demo.pid} and run this again\n`);
  process.exitCode = 1;
} else {
  const swept = await sweepAbandoned();
  if (demo !== undefined) process.stdout.write('the demo has ended\n');
  else process.stdout.write(swept.length > 0 ? 'cleaned up after a killed demo\n' : 'no demo is running\n');
}
