import type { Command, Option } from 'commander';
import { Command as EmptyCommand } from 'commander';
import { addConnectionFlags } from '../src/connection/connectionFlags.ts';
import { exitsOf } from '../src/help/addNotes.ts';
import { ALL_EXITS, COMMAND_NOTES, ENVIRONMENT } from '../src/help/commandNotes.ts';
import { processIo } from '../src/io.ts';
import { buildProgram } from '../src/program.ts';

const PLUGIN = 'kubectl nicdiag';
/** Of local commands people say the program's own name. */
const HOST = 'nicdiag';
const LOCAL_GROUP = 'On this host, without a cluster:';

/** docs/cli.md: every command with its arguments, options, examples and exit codes, from their definitions. */
export function cliPage(): string {
  const program = buildProgram(processIo(new AbortController().signal), () => {}, PLUGIN);
  const groups = [...new Set(program.commands.map((command) => command.helpGroup() ?? ''))];
  const shared = new Set(connectionOptions().map(({ flags }) => flags));
  return [
    '<!-- Generated from the definitions of the commands by `make generate`. Do not edit. -->\n',
    '# The command line\n',
    INTRODUCTION,
    ...groups.map((group) => {
      const commands = program.commands.filter((command) => (command.helpGroup() ?? '') === group);
      const rows = commands.map(
        (command) => `| [${command.name()}](#${command.name()}) | ${escaped(command.description())} |`,
      );
      return `\n## ${(group || 'Other commands').replace(/:$/, '')}\n\n| command | |\n| --- | --- |\n${rows.join('\n')}\n\n${commands
        .map((command) => sectionOf(command, shared))
        .join('\n')}`;
    }),
    '\n## Connection\n',
    "kubectl's own flags, for every command that talks to a cluster. kubectl does not pass on what stands before the plugin's name:",
    'they come after the command.\n',
    optionTable(connectionOptions()),
    '\n`--disable-compression` and `--cache-dir` are accepted; nothing is compressed and nothing is cached.\n',
    '\n## Exit codes\n',
    exitTable(ALL_EXITS),
    '\n## Environment\n',
    `| variable | |\n| --- | --- |\n${ENVIRONMENT.map(([name, meaning]) => `| ${code(name)} | ${escaped(meaning)} |`).join('\n')}\n`,
  ].join('\n');
}

const INTRODUCTION = `One program: kubectl runs it as its plugin, \`kubectl nicdiag\`; on a host without a cluster it is called \`nicdiag\`. Every
command works under both names. Data goes to stdout, everything else to stderr. [install.md](install.md#the-plugin) says how
it gets onto a machine.`;

function connectionOptions(): readonly Option[] {
  return addConnectionFlags(new EmptyCommand()).options.filter(({ hidden }) => !hidden);
}

function sectionOf(command: Command, shared: ReadonlySet<string>): string {
  const name = command.name();
  const notes = COMMAND_NOTES[name];
  if (notes === undefined) throw new Error(`cli/src/help/commandNotes.ts says nothing about ${name}`);
  const program = command.helpGroup() === LOCAL_GROUP || name === 'completion' ? HOST : PLUGIN;
  const own = command.options.filter(({ hidden, flags }) => !hidden && !shared.has(flags));
  const connected = own.length < command.options.filter(({ hidden }) => !hidden).length;
  const parts = [
    `### ${name}\n`,
    `${sentence(command.description())}\n`,
    ...(notes.details === undefined ? [] : [`${notes.details}\n`]),
    fenced(`${program} ${name} ${command.usage()}`),
    ...(command.registeredArguments.length === 0
      ? []
      : [
          `| argument | |\n| --- | --- |\n${command.registeredArguments
            .map((argument) => `| ${code(argument.name())} | ${escaped(argument.description)} |`)
            .join('\n')}\n`,
        ]),
    ...(own.length === 0 ? [] : [optionTable(own)]),
    ...(connected ? ['And the flags of the [connection](#connection).\n'] : []),
    fenced(notes.examples.map(([purpose, args]) => `# ${purpose}\n${program} ${args}`).join('\n\n')),
    `Exit codes: ${Object.entries(exitsOf(notes))
      .map(([number, meaning]) => `${number} ${meaning}`)
      .join('; ')}.\n`,
  ];
  return parts.join('\n');
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map(
    (option) => `| ${code(option.flags)} | ${escaped(option.description + defaultOf(option))} |`,
  );
  return `| option | |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function defaultOf({ defaultValue }: Option): string {
  return defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0)
    ? ''
    : ` (default: ${String(defaultValue)})`;
}

function exitTable(exits: Readonly<Record<number, string>>): string {
  return `| code | |\n| --- | --- |\n${Object.entries(exits)
    .map(([number, meaning]) => `| ${number} | ${meaning} |`)
    .join('\n')}\n`;
}

function fenced(text: string): string {
  return `\`\`\`sh\n${text}\n\`\`\`\n`;
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
