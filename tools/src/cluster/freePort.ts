import { createServer } from 'node:net';

/** Below the kernel's ephemeral range, so that no outgoing connection takes the port of a server that restarts. */
const FIRST = 20_000;
const COUNT = 12_000;

/** Where this process looks next; processes begin at different places, so that two of them seldom meet. */
let next = (process.pid * 97) % COUNT;

/** Finds a TCP port that nobody listens on at the given address.
 * @throws Error when none of the range is free */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < COUNT; tried++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(host, port)) return port;
  }
  throw new Error(`no free port from ${FIRST} to ${FIRST + COUNT - 1} on ${host}`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
