import { versionLine } from './build.ts';

/** Answers `--version` and `--help`, which need nothing else on the command line, and ends the process. */
export function answerQuestions(
  args: readonly string[],
  { program, usage }: { readonly program: string; readonly usage: string },
): void {
  const answer = args.includes('--version') ? versionLine(program) : args.includes('--help') ? usage : undefined;
  if (answer === undefined) return;
  process.stdout.write(answer.endsWith('\n') ? answer : `${answer}\n`);
  process.exit(0);
}
