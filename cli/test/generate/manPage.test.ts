import { spawnSync } from 'node:child_process';
import test from 'ava';
import { manPage } from '../../generate/manPage.ts';
import { COMMAND_NOTES } from '../../src/help/commandNotes.ts';

test('the manual page has every command, and no line that groff would take for a request of its own', (t) => {
  const page = manPage('1.2.3');
  for (const name of Object.keys(COMMAND_NOTES)) t.true(page.includes(`\n.SS ${name.replaceAll('-', '\\-')} `), name);
  const requests = new Set([...page.matchAll(/^[.'](\S+)/gm)].map(([, request]) => request));
  t.deepEqual([...requests].sort(), ['B', 'EE', 'EX', 'I', 'PP', 'SH', 'SS', 'TH', 'TP']);
});

const groff = spawnSync('groff', ['--version']).status === 0;
(groff ? test : test.skip)('groff sets the manual page without a warning', (t) => {
  const set = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-cbou'], { input: manPage('1.2.3'), encoding: 'utf8' });
  t.is(set.status, 0);
  t.is(set.stderr, '');
  t.regex(set.stdout, /NAME\n {7}nicdiag, kubectl nicdiag - firmware diagnostics/);
  t.regex(set.stdout, /makes …-2\.tar\.zst/);
  t.regex(set.stdout, /nicdiag capture -f capture\.yaml --dry-run server\n/);
});
