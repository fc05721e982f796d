/** Tells what a demo does, for a person at a terminal or reading a log. */
export interface Narrator {
  /** Begins a part, with the time since the start. */
  step(title: string): void;
  line(text: string): void;
  /** A line that replaces itself: on a terminal in place, in a log as a line of its own when it changes. */
  live(text: string): void;
  /** The command that is run, as one would type it. */
  command(text: string): void;
}

export function createNarrator(stream: NodeJS.WriteStream = process.stdout): Narrator {
  const began = performance.now();
  const colours = stream.isTTY && process.env['NO_COLOR'] === undefined;
  const paint = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  let liveText: string | undefined;

  const write = (text: string): void => {
    if (liveText !== undefined && stream.isTTY) stream.write('\n');
    liveText = undefined;
    stream.write(`${text}\n`);
  };
  return {
    step(title) {
      const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
      write(`\n${paint(2, `${seconds} s`)}  ${paint(1, title)}`);
    },
    line: (text) => write(text === '' ? '' : `         ${text}`),
    command: (text) => write(`         ${paint(36, `$ ${text}`)}`),
    live(text) {
      if (text === liveText) return;
      liveText = text;
      stream.write(stream.isTTY ? `\r\u001b[2K         ${text}` : `         ${text}\n`);
    },
  };
}
