import type { Io } from '../io.ts';

/** What a long command is at: one line that is written over on a terminal, a line for each change elsewhere. */
export interface Progress {
  /** @param options.often it changes many times a second: elsewhere than on a terminal it is left out now and then */
  show(line: string, options?: { readonly often?: boolean }): void;
  /** A line that stays, e.g. a warning. */
  say(line: string): void;
  /** Clears the line on a terminal. */
  end(): void;
}

const OFTEN_INTERVAL_MS = 2_000;

export function createProgress(io: Pick<Io, 'err' | 'errIsTerminal'>, now: () => number = Date.now): Progress {
  let shown = '';
  let writtenAt = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (io.errIsTerminal && shown !== '') io.err(`\r${' '.repeat(shown.length)}\r`);
  };
  return {
    show(line, { often = false } = {}) {
      if (line === shown) return;
      if (io.errIsTerminal) {
        io.err(`\r${line}${' '.repeat(Math.max(0, shown.length - line.length))}`);
      } else {
        if (often && now() - writtenAt < OFTEN_INTERVAL_MS) return;
        io.err(`${line}\n`);
        writtenAt = now();
      }
      shown = line;
    },
    say(line) {
      clear();
      io.err(`${line}\n`);
      if (io.errIsTerminal && shown !== '') io.err(shown);
    },
    end() {
      clear();
      shown = '';
    },
  };
}
