import type { Command } from 'commander';
import { ALL_EXITS, COMMAND_NOTES, COMMON_EXITS, type CommandNotes } from './commandNotes.ts';

/** Puts details, examples and exit codes below the help of every command. */
export function addNotes(program: Command): void {
  for (const command of program.commands) {
    const notes = COMMAND_NOTES[command.name()];
    if (notes !== undefined) command.addHelpText('after', () => helpOf(notes, program.name()));
  }
  program.addHelpText('after', `\nExit codes:\n${exitLines(ALL_EXITS)}`);
}

function helpOf(notes: CommandNotes, program: string): string {
  const examples = notes.examples.map(([purpose, args]) => `  # ${purpose}\n  ${program} ${args}\n`).join('\n');
  return [
    ...(notes.details === undefined ? [] : [`\n${wrap(notes.details, 80)}\n`]),
    `\nExamples:\n${examples}`,
    `\nExit codes:\n${exitLines(exitsOf(notes))}`,
  ].join('');
}

/** Every exit code of a command, in order. */
export function exitsOf({ exits = {} }: CommandNotes): Readonly<Record<number, string>> {
  return { ...COMMON_EXITS, ...exits };
}

function exitLines(exits: Readonly<Record<number, string>>): string {
  return Object.entries(exits)
    .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}\n`)
    .join('');
}

/** Breaks a paragraph into lines of at most so many characters. */
export function wrap(text: string, width: number): string {
  let line = '';
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
