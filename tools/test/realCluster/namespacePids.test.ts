import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { firstChild, pidHere } from '../../src/realCluster/namespacePids.ts';

/** A /proc with processes of two PID namespaces: pid, namespace, numbers from outermost to innermost. */
const PROCESSES = [
  [100, 'pid:[1]', '100'],
  [200, 'pid:[2]', '200\t1'],
  [201, 'pid:[2]', '201\t7'],
  [300, 'pid:[3]', '300\t7'],
] as const;

function proc(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'proc-'));
  for (const [pid, namespace, numbers] of PROCESSES) {
    mkdirSync(join(path, `${pid}/ns`), { recursive: true });
    mkdirSync(join(path, `${pid}/task/${pid}`), { recursive: true });
    symlinkSync(namespace, join(path, `${pid}/ns/pid`));
    writeFileSync(join(path, `${pid}/status`), `Name:\tx\nNSpid:\t${numbers}\nNSsid:\t0\n`);
    writeFileSync(join(path, `${pid}/task/${pid}/children`), pid === 100 ? '200 300 ' : '');
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test('a number in a namespace leads to the process of that namespace, not to the same number in another', (t) => {
  using here = proc();
  t.is(pidHere(200, 7, here.path), 201);
  t.is(pidHere(300, 7, here.path), 300);
  t.is(pidHere(200, 9, here.path), undefined);
  t.is(pidHere(999, 7, here.path), undefined);
});

test('the first child is the one that was made first', (t) => {
  using here = proc();
  t.is(firstChild(100, here.path), 200);
  t.is(firstChild(200, here.path), undefined);
  t.is(firstChild(999, here.path), undefined);
});
