import type { Command, Option } from 'commander';
import { exitsOf } from '../src/help/addNotes.ts';
import { ALL_EXITS, COMMAND_NOTES, ENVIRONMENT } from '../src/help/commandNotes.ts';
import { processIo } from '../src/io.ts';
import { buildProgram } from '../src/program.ts';

/** The manual page nicdiag(1), for man: what docs/cli.md says.
 * @source groff_man(7) */
export function manPage(version: string): string {
  const program = buildProgram(processIo(new AbortController().signal), () => {}, 'nicdiag');
  return [
    `.TH NICDIAG 1 "" "nicdiag ${version}" "User Commands"`,
    '.SH NAME',
    text('nicdiag, kubectl nicdiag - firmware diagnostics of ConnectX NICs'),
    '.SH SYNOPSIS',
    ...['nicdiag', 'kubectl nicdiag'].flatMap((name) => ['.PP', `.B ${escaped(name)}`, '.I COMMAND', '[options]']),
    '.SH DESCRIPTION',
    text(`${program.description()}. Data goes to stdout, everything else to stderr.`),
    '.SH COMMANDS',
    ...program.commands.flatMap(command),
    '.SH EXIT STATUS',
    ...Object.entries(ALL_EXITS).flatMap(([code, meaning]) => ['.TP', `.B ${code}`, text(meaning)]),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, meaning]) => ['.TP', `.B ${escaped(name)}`, text(meaning)]),
    '',
  ].join('\n');
}

function command(described: Command): string[] {
  const notes = COMMAND_NOTES[described.name()] ?? { examples: [] };
  return [
    `.SS ${escaped(`${described.name()} ${described.usage()}`)}`,
    text(`${described.description()}.`),
    ...(notes.details === undefined ? [] : ['.PP', text(notes.details)]),
    ...described.registeredArguments.flatMap((argument) => [
      '.TP',
      `.I ${escaped(argument.name())}`,
      text(argument.description),
    ]),
    ...described.options.filter(({ hidden }) => !hidden).flatMap(option),
    '.PP',
    'Examples:',
    ...notes.examples.flatMap(([purpose, args]) => [
      '.PP',
      '.EX',
      text(`# ${purpose}`),
      text(`nicdiag ${args}`),
      '.EE',
    ]),
    '.PP',
    text(`Exit status: ${Object.keys(exitsOf(notes)).join(', ')}.`),
  ];
}

function option({ flags, description }: Option): string[] {
  return ['.TP', `.B ${escaped(flags)}`, text(description)];
}

/** A line of text: what begins with a dot or a quote would be a request. */
function text(line: string): string {
  return escaped(line).replace(/^[.']/, '\\&$&');
}

function escaped(words: string): string {
  const plain = words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq').replaceAll('’', "'");
  return plain.replaceAll(/[^\x20-\x7e]/gu, named);
}

/** A character beyond ASCII by its number, which groff takes whatever it thinks its input is encoded in. */
function named(character: string): string {
  return `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`;
}
