/** Where a command reads and writes. Data goes to `out`, everything else to `err`. */
export interface Io {
  out(text: string): void;
  /** Data that is no text. */
  outBytes(bytes: Uint8Array): void;
  err(text: string): void;
  /** Whether `err` is a terminal, on which a line can be written over. */
  readonly errIsTerminal: boolean;
  /** Whether data may be coloured: a terminal, and NO_COLOR not set (no-color.org). */
  readonly colour: boolean;
  /** All of standard input. */
  readStdin(): Promise<string>;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export function processIo(signal: AbortSignal): Io {
  return {
    out: (text) => void process.stdout.write(text),
    outBytes: (bytes) => void process.stdout.write(bytes),
    err: (text) => void process.stderr.write(text),
    errIsTerminal: process.stderr.isTTY === true,
    colour: process.stdout.isTTY === true && !process.env['NO_COLOR'],
    async readStdin() {
      return (await Array.fromAsync(process.stdin.setEncoding('utf8'))).join('');
    },
    signal,
  };
}
