import test from 'ava';
import { codeBlocks, markdownFiles } from '../../../tools/test/docs/markdownFiles.ts';
import { buildProgram } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

/** `kubectl nicdiag …` and `nicdiag …` at the beginning of a line, after a prompt, or after `&&`, `|` and `;`. */
const COMMAND = /^(?:\$ )?(?:kubectl )?nicdiag(?= )/;

/** The command lines of a block: comments, continued lines and what a shell does with the output left aside. */
function commandLines(code: string): string[] {
  return code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => line.replace(/ +#.*$/, '').split(/ *(?:&&|;|\|) */))
    .map((line) => line.trim())
    .filter((line) => COMMAND.test(line))
    .map((line) =>
      line
        .replace(COMMAND, '')
        .replace(/ *>.*$/, '')
        .trim(),
    );
}

for (const { path, text } of markdownFiles()) {
  const lines = codeBlocks(text).flatMap(({ code }) => commandLines(code));
  if (lines.length === 0) continue;
  test(`command lines are what the program takes: ${path}`, async (t) => {
    const refused: string[] = [];
    for (const line of lines) {
      // A synopsis, or what only shows where something goes.
      if (/[[<…]/.test(line) || line === '') continue;
      const args = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
      const { io, written } = testIo();
      const program = buildProgram(io, () => {}, 'kubectl nicdiag');
      for (const command of program.commands) command.action(() => {});
      await program.parseAsync(args, { from: 'user' }).catch((error: { readonly exitCode?: number }) => {
        if (error.exitCode !== 0) refused.push(`nicdiag ${line}: ${written.err}`);
      });
    }
    t.deepEqual(refused, []);
  });
}
