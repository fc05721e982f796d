import test from 'ava';
import { readLayoutData } from '../../src/prm/index.ts';
import { readLayoutTable } from '../../src/prm/layoutTable.ts';

for (const name of ['registerNodes', 'commandStructs', 'moreStructs']) {
  test(`entries of ${name} are the same one by one as all at once`, (t) => {
    const whole = readLayoutData(name) as Readonly<Record<string, unknown>>;
    const table = readLayoutTable(name);
    t.deepEqual(table.names, Object.keys(whole));
    for (const entry of table.names) t.deepEqual(table.get(entry), whole[entry], entry);
    t.is(table.get('toString'), undefined);
    t.is(table.get(''), undefined);
  });
}
