import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isAlive, ownerOf, parseOwner, readOwner, sweepAbandoned, writeOwner } from '../../src/nursery/owner.ts';

const me = ownerOf('some-id');

test('this process is alive; its number with another birth is not', (t) => {
  t.true(isAlive(me));
  t.false(isAlive({ ...me, startTime: '1' }));
});

test('of an owner in another PID namespace nothing is known, so it counts as alive', (t) => {
  t.true(isAlive({ ...me, startTime: '1', pidNamespace: 'pid:[1]' }));
});

for (const broken of [null, 'text', {}, { id: 'a' }, { ...me, id: '' }, { ...me, pid: 'x' }]) {
  test(`not an owner: ${JSON.stringify(broken)}`, (t) => t.is(parseOwner(broken), undefined));
}

test('only directories whose owner has died are swept', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'owner-test-'));
  t.teardown(() => rmSync(parent, { recursive: true }));
  const make = (name: string): string => {
    mkdirSync(join(parent, name));
    return join(parent, name);
  };
  const [dead, alive, unknown, strange] = ['nicdiag-dead', 'nicdiag-alive', 'nicdiag-unknown', 'other'].map(make);
  writeOwner(dead!, { ...me, id: 'nobody-has-this-id', startTime: '1' });
  writeOwner(alive!, me);
  writeFileSync(join(unknown!, 'owner.json'), '{"id":');
  writeOwner(strange!, { ...me, startTime: '1' });
  t.deepEqual(await sweepAbandoned(parent), [dead]);
  t.deepEqual(
    [dead, alive, unknown, strange].map((path) => existsSync(path!)),
    [false, true, true, true],
  );
  t.deepEqual(readOwner(alive!), me);
});
