import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';

/** Requests are far shorter. */
const MOST_BYTES = 64 * 1024;

export interface DevlinkSocket {
  close(): void;
}

/** Listens on a unix stream socket for requests to devlink, in the kernel's messages: each has its length in front. What
 * is no message ends the connection.
 * @param answer gives whole messages, one behind the other */
export async function openDevlinkSocket(
  path: string,
  answer: (request: Uint8Array) => Promise<Uint8Array>,
): Promise<DevlinkSocket> {
  // A socket that an earlier run left behind would refuse the bind.
  rmSync(path, { force: true });
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    let had = Buffer.alloc(0);
    let answered = Promise.resolve();
    socket.on('close', () => clients.delete(socket));
    // A client that went away has no use for its answer.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      had = Buffer.concat([had, bytes]);
      while (had.length >= 4) {
        const length = had.readUInt32LE(0);
        if (length < 16 || length > MOST_BYTES) {
          socket.destroy();
          return;
        }
        if (had.length < length) return;
        const request = Uint8Array.from(had.subarray(0, length));
        had = had.subarray(Math.min(had.length, (length + 3) & ~3));
        answered = answered.then(async () => void socket.write(await answer(request)));
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    close() {
      server.close();
      for (const client of clients) client.destroy();
      rmSync(path, { force: true });
    },
  };
}
