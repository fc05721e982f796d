import { createLogger as createWinston, format, transports, type Logger as WinstonLogger } from 'winston';

export type Logger = WinstonLogger;
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LoggerOptions {
  /** On every line as `program`. */
  readonly program: string;
  /** @default info */
  readonly level?: LogLevel;
  /** Where lines go. @default process.stderr: stdout belongs to data */
  readonly stream?: NodeJS.WritableStream;
}

/** A logger of JSON lines: `time`, `level`, `program`, `message`, then what the call and its children add.
 *
 * Errors anywhere in the added fields become `{name, message, code, cause, stack}` (winston alone writes `{}`).
 * A suppressed `child.debug()` still costs 7 µs: in loops ask `logger.isLevelEnabled('debug')` first.
 * Do not add a field called `message`: winston appends it to the message. */
export function createLogger(options: LoggerOptions): Logger {
  return createWinston({
    level: options.level ?? 'info',
    defaultMeta: { program: options.program },
    format: format.combine(format((info) => expand(info))(), format.json({ deterministic: false })),
    transports: [new transports.Stream({ stream: options.stream ?? process.stderr })],
  });
}

/** Ends the logger and waits until its lines are written; `process.exit` before that loses them. */
export async function closeLogger(logger: Logger): Promise<void> {
  await new Promise<void>((resolve) => {
    logger.once('finish', resolve);
    logger.end();
  });
}

function expand(info: Parameters<Parameters<typeof format>[0]>[0]): typeof info {
  const { level, message, program, ...rest } = info;
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) fields[key] = plain(value, 0);
  // Object.assign keeps winston's symbol keys (LEVEL), without which no transport prints the line.
  const ordered = Object.assign(
    Object.create(null),
    { time: new Date().toISOString(), level, program, message },
    fields,
  );
  for (const symbol of Object.getOwnPropertySymbols(info)) ordered[symbol] = Reflect.get(info, symbol);
  return ordered;
}

/** Depth at which a value is cut: deep enough for an error with causes inside a field. */
const MAX_DEPTH = 6;

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Error) return plainError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1));
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) copy[key] = plain(entry, depth + 1);
  return copy;
}

function plainError(error: Error, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = { name: error.name, message: error.message };
  for (const [key, entry] of Object.entries(error)) copy[key] = plain(entry, depth + 1);
  if (error.cause !== undefined) copy['cause'] = plain(error.cause, depth + 1);
  copy['stack'] = error.stack;
  return copy;
}
