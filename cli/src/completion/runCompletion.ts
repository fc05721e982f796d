import type { Command, Option } from 'commander';
import type { Io } from '../io.ts';
import { type Candidate, DIRECTIVE, type Found } from './candidate.ts';
import { cursorIn, type Place } from './place.ts';
import { ARGUMENT_VALUES, OPTION_VALUES, type Source } from './sources.ts';

/** Answers `__complete WORD…` as Cobra programs do, which is what kubectl asks a plugin: a candidate a line, its
 * description behind a tab, then a colon and the sum of the directives.
 * @source https://pkg.go.dev/github.com/spf13/cobra#ShellCompDirective, k8s.io/kubectl/pkg/cmd/plugin_completion.go */
export async function runCompletion(program: Command, words: readonly string[], io: Io): Promise<void> {
  const { place, typed } = cursorIn(program, words);
  const { candidates, directive } = await candidatesFor(program, place, typed, io).catch(
    // A cluster that does not answer is no reason to disturb a command line that is being typed.
    () => ({ candidates: [], directive: DIRECTIVE.error }) satisfies Found,
  );
  const matching = candidates.filter(({ value }) => value.startsWith(typed));
  io.out(matching.map(({ value, description }) => `${value}${description ? `\t${description}` : ''}\n`).join(''));
  io.out(`:${directive}\n`);
}

async function candidatesFor(program: Command, place: Place, typed: string, io: Io): Promise<Found> {
  switch (place.is) {
    case 'command':
      return words(program.commands.map((command) => described(command.name(), command.description())));
    case 'option':
      return words(optionsOf(place.command, place.given));
    case 'value':
      return fromSource(sourceOfOption(place.command, place.option), place.given, typed, io);
    case 'argument':
      return fromSource(ARGUMENT_VALUES[`${place.command.name()} ${place.name}`], place.given, typed, io);
    case 'nothing':
      return words([]);
  }
}

/** A command's own kind of value goes before what options of that name take elsewhere. */
function sourceOfOption(command: Command, option: Option): Source | undefined {
  const name = option.long ?? '';
  return OPTION_VALUES[`${command.name()} ${name}`] ?? OPTION_VALUES[name];
}

async function fromSource(
  source: Source | undefined,
  given: Readonly<Record<string, string>>,
  typed: string,
  io: Io,
): Promise<Found> {
  return source === undefined ? words([]) : source({ given, typed, io });
}

function optionsOf(command: Command, given: ReadonlySet<string>): Candidate[] {
  return command.options
    .filter((option) => !option.hidden && (isRepeatable(option) || !given.has(option.long ?? '')))
    .flatMap((option) => (option.long ? [described(option.long, option.description)] : []))
    .concat([described('--help', 'help of this command')]);
}

function isRepeatable({ description }: Option): boolean {
  return description.includes('may be repeated');
}

function words(candidates: readonly Candidate[]): Found {
  return { candidates, directive: DIRECTIVE.noFiles };
}

function described(value: string, description: string): Candidate {
  return { value, description };
}
