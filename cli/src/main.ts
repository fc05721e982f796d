import { processIo } from './io.ts';
import { runCli } from './program.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
}
// `kubectl nicdiag list | head` closes the pipe: no more data is wanted, nothing is wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// Not awaited at the top: in the one-file program this is CommonJS. runCli does not reject.
void runCli(process.argv.slice(2), processIo(stop.signal)).then((code) => {
  process.exitCode = code;
});
