import { createServer, type Server } from 'node:net';

/** Below the kernel's ephemeral range, so that no outgoing connection takes the port of a server that restarts. */
const FIRST = 20_000;
const COUNT = 12_000;

/** Where this process looks next; processes begin at different places, so that two of them seldom meet. */
let next = (process.pid * 97) % COUNT;

/** Finds a TCP port that nobody listens on at the given address, and keeps it from other processes that ask here until
 * this one ends: whoever gets it need not listen at once, and may stop listening for a while.
 * @throws Error when none of the range is free */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < COUNT; tried++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    const reservation = await reservePort(port);
    if (reservation === undefined) continue;
    if (await isFree(host, port)) return port;
    reservation.close();
  }
  throw new Error(`no free port from ${FIRST} to ${FIRST + COUNT - 1} on ${host}`);
}

/** Keeps a port from other processes that ask here. A name in the abstract namespace of Unix sockets belongs to one
 * process and is free again when that has ended, however it ended.
 * @returns undefined when it is another's */
export function reservePort(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(`\0nicdiag-port-${port}`, () => resolve(server.unref()));
  });
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
