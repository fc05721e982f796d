import type { Io } from '../src/io.ts';

/** Keeps what a command writes. */
export function testIo(options: Partial<Pick<Io, 'errIsTerminal' | 'colour'>> & { readonly stdin?: string } = {}) {
  const written = { out: '', err: '' };
  const stop = new AbortController();
  const io: Io = {
    out: (text) => {
      written.out += text;
    },
    outBytes: (bytes) => {
      written.out += Buffer.from(bytes).toString('latin1');
    },
    err: (text) => {
      written.err += text;
    },
    errIsTerminal: options.errIsTerminal ?? false,
    colour: options.colour ?? false,
    readStdin: async () => options.stdin ?? '',
    signal: stop.signal,
  };
  return { io, written, stop };
}
