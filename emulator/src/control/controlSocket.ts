import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface ControlSocket {
  close(): void;
}

/** Listens on a unix socket for newline-separated JSON requests; each gets one line of JSON back.
 * @param answer carries a request out */
export async function openControlSocket(
  path: string,
  answer: (request: unknown) => Promise<unknown>,
): Promise<ControlSocket> {
  // A socket that an earlier run left behind would refuse the bind.
  rmSync(path, { force: true });
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    // A client that went away has no use for its answer.
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      void answerLine(line, answer).then((text) => socket.write(`${text}\n`));
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

async function answerLine(line: string, answer: (request: unknown) => Promise<unknown>): Promise<string> {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    return JSON.stringify({ ok: false, error: 'this line is not JSON' });
  }
  return JSON.stringify(await answer(request));
}
