import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const SOURCE = fileURLToPath(new URL('../src/answerQuestions.ts', import.meta.url));

/** What a program prints that answers questions before it does anything else. */
async function answer(...args: readonly string[]): Promise<string> {
  const script = `
    import { answerQuestions } from '${SOURCE}';
    answerQuestions(process.argv.slice(1), { program: 'nicdiag-thing', usage: 'usage: thing' });
    console.log('works');`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, '--', ...args]);
  return (await run).stdout;
}

test('--version is one line: what, which, from what, on what', async (t) => {
  const { node } = process.versions;
  t.regex(
    await answer('--level=3', '--version'),
    /^nicdiag-thing \d+\.\d+\.\d+ \(from source, node [\d.]+, linux\/\w+\)\n$/,
  );
  t.true((await answer('--version')).includes(`node ${node}, ${process.platform}/${process.arch}`));
});

test('--help is the usage', async (t) => t.is(await answer('--help'), 'usage: thing\n'));

test('any other command line is for the program', async (t) => t.is(await answer('--versions'), 'works\n'));
