import { readFileSync } from 'node:fs';
import test from 'ava';
import { safetyPage } from '../../generate/safetyPage.ts';
import { allCommands, allRegisters } from '../../src/prm/index.ts';

const committed = readFileSync(new URL('../../../docs/safety.md', import.meta.url), 'utf8');

test('docs/safety.md is what `make generate` writes from the table', (t) => {
  t.true(committed === safetyPage(), 'run make generate, and read what has changed in docs/safety.md');
});

test('the page has a row for every command and every register', (t) => {
  for (const { name } of allCommands()) t.true(committed.includes(`| ${name} |`), name);
  for (const { name } of allRegisters()) t.true(committed.includes(`\n| ${name} |`), name);
});
