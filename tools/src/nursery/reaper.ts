import { sweep } from './sweep.ts';

/* The last one out: `reaper.ts ID DIRECTORY` waits at the end of a pipe whose other end only the owner of a nursery
 * holds. The kernel closes that end however the owner dies; then what it left is swept. A word before that means
 * the owner has done it itself. */
const [id = '', directory = ''] = process.argv.slice(2);
// Ctrl-C in a terminal reaches its whole foreground group; this process must outlive it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

let released = false;
for await (const chunk of process.stdin) released ||= String(chunk).includes('released');
if (!released) await sweep(id, directory);
