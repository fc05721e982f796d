import type { Connection } from './connection.ts';
import { IN_HEADER_SIZE, IOCTL_COMPAT, IOCTL_IN_SIZE, IOCTL_OUT_SIZE } from './protocol.ts';
import type { Caller, IoctlCall } from './tree.ts';

/** One IoctlCall that is filled anew for each request: a round trip must not leave garbage behind. */
export interface IoctlCallSlot {
  readonly view: IoctlCall;
  /** Fills `view` from the request just read and prepares the reply's ioctl header. */
  load(length: number): void;
  /** The caller of any request. */
  caller(): Caller;
}

export function createIoctlCall(connection: Connection): IoctlCallSlot {
  const { request, requestBytes, bodyBytes } = connection;
  const view = {
    pid: 0,
    uid: 0,
    gid: 0,
    command: 0,
    argument: 0,
    compat: false,
    input: requestBytes.subarray(0, 0),
    output: bodyBytes.subarray(0, 0),
  };
  return {
    view,
    load(length) {
      const base = IN_HEADER_SIZE;
      const outputSize = request.getUint32(base + 28, true);
      view.uid = request.getUint32(24, true);
      view.gid = request.getUint32(28, true);
      view.pid = request.getUint32(32, true);
      view.compat = (request.getUint32(base + 8, true) & IOCTL_COMPAT) !== 0;
      view.command = request.getUint32(base + 12, true);
      view.argument = request.getUint32(base + 16, true) + request.getUint32(base + 20, true) * 2 ** 32;
      view.input = requestBytes.subarray(base + IOCTL_IN_SIZE, length);
      bodyBytes.fill(0, 0, IOCTL_OUT_SIZE + outputSize);
      view.output = bodyBytes.subarray(IOCTL_OUT_SIZE, IOCTL_OUT_SIZE + outputSize);
    },
    caller: () => ({
      uid: request.getUint32(24, true),
      gid: request.getUint32(28, true),
      pid: request.getUint32(32, true),
    }),
  };
}
