import type { Command, Option } from 'commander';

/** What the word at the cursor stands for, so far as the words before it say. */
export type Place =
  | { readonly is: 'command' }
  | { readonly is: 'option'; readonly command: Command; readonly given: ReadonlySet<string> }
  | { readonly is: 'value'; readonly command: Command; readonly option: Option; readonly given: Given }
  | { readonly is: 'argument'; readonly command: Command; readonly name: string; readonly given: Given }
  | { readonly is: 'nothing' };

/** Options before the cursor with their values, by their names in code, e.g. `asGroup`. */
export type Given = Readonly<Record<string, string>>;

export interface Cursor {
  readonly place: Place;
  /** The word at the cursor, as far as it is typed; of `--option=value` only the value. */
  readonly typed: string;
}

/** Finds the place of the last word. Pure: nothing is run.
 * @param words after the program's name; the last one, perhaps empty, is at the cursor */
export function cursorIn(program: Command, words: readonly string[]): Cursor {
  const typed = words.at(-1) ?? '';
  const [name, ...rest] = words.slice(0, -1);
  if (name === undefined) return { place: typed.startsWith('-') ? { is: 'nothing' } : { is: 'command' }, typed };
  const command = program.commands.find((each) => each.name() === name || each.aliases().includes(name));
  if (command === undefined) return { place: { is: 'nothing' }, typed };

  const given: Record<string, string> = {};
  const flags = new Set<string>();
  let position = 0;
  let waiting: Option | undefined;
  for (const word of rest) {
    if (waiting !== undefined) {
      given[waiting.attributeName()] = word;
      waiting = undefined;
    } else if (word.startsWith('-')) {
      const [flag = '', value] = word.split(/=(.*)/s, 2);
      const option = optionOf(command, flag);
      if (option === undefined) continue;
      flags.add(option.long ?? flag);
      if (takesValue(option) && value === undefined) waiting = option;
      else given[option.attributeName()] = value ?? 'true';
    } else position += 1;
  }
  if (waiting !== undefined) return { place: { is: 'value', command, option: waiting, given }, typed };
  const [flag = '', value] = typed.split(/=(.*)/s, 2);
  const inline = value === undefined ? undefined : optionOf(command, flag);
  if (inline !== undefined && value !== undefined) {
    return { place: { is: 'value', command, option: inline, given }, typed: value };
  }
  if (typed.startsWith('-')) return { place: { is: 'option', command, given: flags }, typed };
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[position] ?? (last?.variadic === true ? last : undefined);
  return {
    place: argument === undefined ? { is: 'nothing' } : { is: 'argument', command, name: argument.name(), given },
    typed,
  };
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find((option) => option.long === flag || option.short === flag);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}
