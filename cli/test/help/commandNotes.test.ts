import test from 'ava';
import { CommanderError } from 'commander';
import { COMMAND_NOTES } from '../../src/help/commandNotes.ts';
import { buildProgram } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

const program = () => buildProgram(testIo().io, () => {}, 'kubectl nicdiag');

test('every command has examples, and no note is of a command that is not there', (t) => {
  const names = program().commands.map((command) => command.name());
  t.deepEqual(Object.keys(COMMAND_NOTES).sort(), names.toSorted());
  for (const [name, { examples }] of Object.entries(COMMAND_NOTES)) t.true(examples.length > 0, name);
});

for (const [name, { examples }] of Object.entries(COMMAND_NOTES)) {
  for (const [purpose, args] of examples) {
    test(`the example is a command line: ${name}, ${purpose}`, async (t) => {
      const [command = '', ...words] = args.split(' ');
      t.is(command, name);
      const parsed = program();
      const found = parsed.commands.find((each) => each.name() === command);
      let ran = false;
      // Only what commander does is wanted: names, options, arguments.
      found?.action(() => {
        ran = true;
      });
      await t.notThrowsAsync(
        parsed.parseAsync([command, ...words], { from: 'user' }).catch((error: unknown) => {
          throw error instanceof CommanderError ? new Error(error.message) : error;
        }),
      );
      t.true(ran);
    });
  }
}

test('help of a command: what it is, examples, exit codes', async (t) => {
  const { io, written } = testIo();
  await t.throwsAsync(buildProgram(io, () => {}, 'nicdiag').parseAsync(['link', '--help'], { from: 'user' }));
  t.regex(written.out, /^Usage: nicdiag link /);
  t.regex(written.out, /Examples:\n {2}# why a link is down\n {2}nicdiag link -d enp3s0f0\n/);
  t.regex(written.out, /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}130 /);
});
