import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../../tools/src/demo/main.ts', import.meta.url));

test('the demo on a cluster ends with a bundle and leaves nothing', async (t) => {
  const temporary = mkdtempSync(join(tmpdir(), 'demo-'));
  t.teardown(() => rmSync(temporary, { recursive: true }));
  const env = { ...process.env, TMPDIR: temporary, NICDIAG_DEMO_DIRECTORY: join(temporary, 'demo'), NO_COLOR: '1' };
  const demo = spawn(process.execPath, [MAIN, '--nodes'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => demo.once('exit', resolve));
  const [printed, code] = await Promise.all([text(demo.stdout), exited]);
  if (code !== 0) t.log(printed);
  t.is(code, 0);
  t.regex(printed, /gpu-b\.0000-98-00-0 .* Degraded +LinkDown/);
  t.regex(printed, /ended: Succeeded, reason WithUnsupported/);
  const [, bundle = ''] = /\nbundle: (.*)\n$/.exec(printed) ?? [];
  t.true(existsSync(bundle), bundle);
  t.deepEqual(
    readdirSync(temporary).filter((name) => name.startsWith('nicdiag-')),
    [],
  );
});
