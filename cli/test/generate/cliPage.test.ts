import { readFileSync } from 'node:fs';
import test from 'ava';
import { cliPage } from '../../generate/cliPage.ts';

test('docs/cli.md is what the commands say of themselves', (t) => {
  t.is(readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8'), cliPage(), 'run make generate');
});
