import { connect, type TLSSocket } from 'node:tls';

/** As little HTTP/1.1 over TLS as simulated agents and plain loops need: a request is one string, an answer one status.
 * An HTTP library costs several times of this, on the processors that are measured. */
export interface Wire extends Disposable {
  /** Sends a request over a connection that is kept; waits for a free one.
   * @returns status and body of the answer */
  call(request: string): Promise<Answer>;
  /** Sends a request on a connection of its own and, unless it is refused, gives each line of its answer until the wire is
   * disposed of.
   * @returns status of the answer */
  stream(request: string, onLine: (line: string) => void): Promise<number>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface WireOptions {
  /** `https://host:port` */
  readonly server: string;
  /** PEM */
  readonly ca: string;
  /** connections for calls */
  readonly connections: number;
}

export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body?: string;
  readonly contentType?: string;
}

export function renderRequest({ method, path, token, body = '', contentType }: RequestParts): string {
  const content = body ? `content-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` : '';
  return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\nauthorization: Bearer ${token}\r\n${content}\r\n${body}`;
}

export function createWire({ server, ca, connections }: WireOptions): Wire {
  const { hostname, port } = new URL(server);
  const sockets = new Set<TLSSocket>();
  const idle: TLSSocket[] = [];
  const waiting: ((socket: TLSSocket) => void)[] = [];
  let open = 0;

  async function dial(): Promise<TLSSocket> {
    const socket = connect({ host: hostname, port: Number(port), ca, servername: 'localhost' });
    socket.setNoDelay(true);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      // An error later on is followed by the end of the connection.
      socket.on('error', reject);
    });
    sockets.add(socket);
    // The API server closes what has been idle for 90 s.
    socket.once('close', () => {
      sockets.delete(socket);
      const at = idle.indexOf(socket);
      if (at < 0) return;
      idle.splice(at, 1);
      open -= 1;
    });
    return socket;
  }

  async function acquire(): Promise<TLSSocket> {
    const socket = idle.pop();
    if (socket) return socket;
    if (open < connections) {
      open += 1;
      return await dial();
    }
    return await new Promise((resolve) => waiting.push(resolve));
  }

  function release(socket: TLSSocket): void {
    const next = waiting.shift();
    if (next) next(socket);
    else idle.push(socket);
  }

  return {
    async call(request) {
      const socket = await acquire();
      const answer = await new Promise<Answer>((resolve, reject) => {
        const broken = () => reject(new Error(`a connection was closed in the middle of ${request.slice(0, 100)}`));
        const reader = createReader({
          onEnd(status, body) {
            socket.off('data', reader);
            socket.off('close', broken);
            resolve({ status, body });
          },
        });
        socket.on('data', reader);
        socket.once('close', broken);
        socket.write(request);
      });
      release(socket);
      return answer;
    },
    async stream(request, onLine) {
      const socket = await dial();
      let rest = '';
      return await new Promise<number>((resolve, reject) => {
        const reader = createReader({
          onHead(status) {
            if (status !== 200) socket.destroy();
            resolve(status);
          },
          onData(text) {
            const lines = (rest + text).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) onLine(line);
          },
        });
        socket.on('data', reader);
        socket.once('close', () => reject(new Error('a watch was closed')));
        socket.write(request);
      });
    },
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface ReaderEvents {
  readonly onHead?: (status: number) => void;
  /** Takes the body as it comes; without it the body is given at the end. */
  readonly onData?: (text: string) => void;
  readonly onEnd?: (status: number, body: string) => void;
}

/** Reads one answer of HTTP/1.1, chunked or with its length. */
function createReader({ onHead, onData, onEnd }: ReaderEvents): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  let status = 0;
  /** bytes left of the body, or of the present chunk; undefined while a head or a chunk's size is to come */
  let left: number | undefined;
  let chunked = false;
  let body = '';

  const take = (text: string) => {
    if (onData) onData(text);
    else body += text;
  };

  /** @returns false when more bytes are needed */
  function step(): boolean {
    if (status === 0) {
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return false;
      const head = pending.toString('latin1', 0, end).toLowerCase();
      status = Number(head.slice(9, 12));
      chunked = head.includes('transfer-encoding: chunked');
      left = chunked ? undefined : Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
      pending = pending.subarray(end + 4);
      onHead?.(status);
      return true;
    }
    if (left === undefined) {
      const end = pending.indexOf('\r\n');
      if (end < 0) return false;
      const size = Number.parseInt(pending.toString('latin1', 0, end), 16);
      if (size === 0) {
        if (pending.length < end + 4) return false;
        pending = pending.subarray(end + 4);
        onEnd?.(status, body);
        return false;
      }
      left = size;
      pending = pending.subarray(end + 2);
      return true;
    }
    const needed = left + (chunked ? 2 : 0);
    if (pending.length < needed) return false;
    take(pending.toString('utf8', 0, left));
    pending = pending.subarray(needed);
    left = undefined;
    if (!chunked) {
      onEnd?.(status, body);
      return false;
    }
    return true;
  }

  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (step());
  };
}
