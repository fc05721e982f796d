import { EXIT } from './exitCodes.ts';
import { processIo } from './io.ts';
import { runCli } from './program.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
}
// `kubectl nicdiag list | head` closes the pipe: no more data is wanted. Node ignores SIGPIPE, which would end other
// programs there. Not with 0: what a command had still to say, verify for one, nobody has heard.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.closedPipe);
  process.stderr.write(`error: standard output cannot be written: ${error.message}\n`);
  process.exit(EXIT.failed);
});
// Nobody reads what is told beside the data; the data is wanted all the same.
process.stderr.on('error', () => undefined);

// Not awaited at the top: in the one-file program this is CommonJS. runCli does not reject.
void runCli(process.argv.slice(2), processIo(stop.signal)).then((code) => {
  process.exitCode = code;
});
