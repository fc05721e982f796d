import type { CollectorEnd, Impact } from '@nicdiag/mlx5';
import { itemDecoder } from '@nicdiag/mlx5/decode';
import { CommandError, EXIT, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { costsOf, printCosts } from './costs.ts';
import { findDevice } from './findDevice.ts';
import { type ItemFormat, parseItemFormat } from './itemFormat.ts';
import type { LocalCommand, LocalRequest } from './localCommand.ts';
import { printItem } from './printItem.ts';
import { runCollector } from './runCollector.ts';

export interface LocalOptions {
  readonly device?: string;
  readonly hostRoot: string;
  readonly output?: string;
  readonly impact: string;
  /** Only say what it would cost. */
  readonly dryRun?: boolean;
  readonly [own: string]: unknown;
}

const IMPACTS: readonly Impact[] = ['ReadOnly', 'DebugWrite', 'Intrusive'];
const WARNINGS = {
  ReadOnly: 'it changes nothing',
  DebugWrite: 'it changes debug state of the device and puts it back',
  Intrusive: 'it can disturb the device',
} as const satisfies Record<Impact, string>;
/** More than any collector reads that is printed to a terminal; `run` takes its limit from the capture. */
const MAX_BYTES = 2 ** 40;

/** Runs the collector of a command on a device of this host and prints its items as they come.
 * @returns the exit code: partial when some reads were refused or left out by a limit, failed when all were refused */
export async function collectCommand(
  command: LocalCommand,
  args: readonly string[],
  options: LocalOptions,
  io: Io,
): Promise<number> {
  const format = parseItemFormat(options.output);
  const impact = parseImpact(options.impact);
  if (args.includes('')) throw new UsageError(`an argument of ${command.name} is empty`);
  const request = await command.request(args, options);
  const { createCollector } = await import('@nicdiag/mlx5/collectors');
  const { impact: needed, needs } = await Promise.try(() => createCollector(request.spec)).catch(asUsage);
  const channel = needs.channel !== false;
  if (options.dryRun === true) {
    const chosen = await findDevice(options, { channel });
    printCosts(await costsOf([chosen], [request.spec]), options.output, io);
    return EXIT.done;
  }
  if (IMPACTS.indexOf(impact) < IMPACTS.indexOf(needed)) {
    throw new UsageError(`this is ${needed}: ${WARNINGS[needed]}. To do it all the same say --impact ${needed}`);
  }
  const device = await findDevice(options, { channel });
  const run = runCollector(device, { spec: request.spec, impact, maxBytes: MAX_BYTES, devlink: request.devlink }, io);
  const printed = await printRun(run, request, format, io);
  if (printed.end.reason === 'LimitExceeded' && printed.found > 0) {
    io.err(`error: ${printed.end.message ?? 'a limit left something out'}\n`);
    return EXIT.partial;
  }
  return exitCode(printed, device.pciAddress, request.sought?.what ?? args.join(' '));
}

interface PrintedRun {
  readonly end: CollectorEnd;
  readonly items: number;
  /** Of the items those that were asked for. */
  readonly found: number;
}

type Run = ReturnType<typeof runCollector>;

async function printRun(
  run: Run,
  { spec, shows, sought, page = true }: LocalRequest,
  format: ItemFormat,
  io: Io,
): Promise<PrintedRun> {
  const maker = format === 'text' && page ? itemDecoder.reportMaker(spec.type) : undefined;
  let items = 0;
  let found = 0;
  let answered = false;
  let end: CollectorEnd | undefined;
  async function* all() {
    for (;;) {
      const { done, value } = await run.next();
      if (done === true) {
        end = value;
        return;
      }
      items += 1;
      answered ||= value.outcome === 'ok';
      const shown = shows?.(value) !== false;
      if (sought === undefined ? shown : sought.isFound(value)) found += 1;
      if (!shown) continue;
      yield value;
    }
  }
  if (maker === undefined) for await (const item of all()) printItem(item, format, io);
  else {
    const reading = untilTrouble(all());
    const { text } = await maker(reading.items);
    // Of a device that vanished half way the page shows what it had said.
    if (reading.trouble === undefined || answered) io.out(text);
    if (reading.trouble !== undefined) throw reading.trouble.cause;
  }
  if (end === undefined) throw new CommandError('the collector ended without a word');
  return { end, items, found };
}

/** Ends where reading fails, and keeps why. */
function untilTrouble<T>(source: AsyncIterable<T>) {
  const reading: { readonly items: AsyncIterable<T>; trouble?: { readonly cause: unknown } } = { items: read() };
  async function* read(): AsyncGenerator<T> {
    try {
      yield* source;
    } catch (cause) {
      reading.trouble = { cause };
    }
  }
  return reading;
}

/** What is wrong with a spec that was made from a command line is wrong with the command line.
 * @throws UsageError, or the error as it is */
function asUsage(error: unknown): never {
  const invalid = error instanceof Error && 'reason' in error && error.reason === 'InvalidSpec';
  throw invalid ? new UsageError(error.message, { cause: error }) : error;
}

/** @throws UsageError for what cannot be asked, CommandError for a collector that did not come to its end, or showed nothing */
function exitCode({ end, items, found }: PrintedRun, pciAddress: string, what: string): number {
  if (end.reason === 'InvalidSpec') throw new UsageError(end.message ?? 'the command line cannot be used');
  if (end.state !== 'Done') throw new CommandError(end.message ?? `${pciAddress}: ${end.reason ?? end.state}`);
  if (found === 0) {
    throw new CommandError(`${pciAddress} offers nothing of ${what}; without that all that it offers is shown`);
  }
  if (end.itemErrors === 0) return EXIT.done;
  return end.itemErrors < items ? EXIT.partial : EXIT.failed;
}

/** @throws UsageError */
function parseImpact(text: string): Impact {
  const impact = IMPACTS.find((known) => known === text);
  if (impact === undefined) throw new UsageError(`--impact must be one of ${IMPACTS.join(', ')}, not ${text}`);
  return impact;
}
