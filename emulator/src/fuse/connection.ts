import { errno } from '../system/errno.ts';
import { lastErrno, read, write } from '../system/libc.ts';
import { SystemError } from '../system/systemError.ts';
import { IN_HEADER_SIZE, OUT_HEADER_SIZE } from './protocol.ts';

/** Largest write that INIT allows, and so the largest body of any request or reply. */
export const MAX_WRITE = 128 * 1024;

/** Request and reply buffers of one connection to the kernel, of FUSE or CUSE. There is one of each: requests are handled
 * one after another. */
export interface Connection {
  /** The request that `receive` read, header first. */
  readonly request: DataView;
  readonly requestBytes: Uint8Array;
  /** Body of the reply under construction; `reply` sends its first bytes. */
  readonly body: DataView;
  readonly bodyBytes: Uint8Array;
  /** Reads a request, without waiting for one.
   * @returns its length, 0 when there is none, -1 when the connection has ended */
  receive(): number;
  /** Answers a request.
   * @param unique the request's id, as its two halves: a bigint for each request would cost more than the rest
   * @param error 0 or a positive errno */
  reply(unique: Unique, error: number, bodyLength: number): void;
}

export interface Unique {
  readonly low: number;
  readonly high: number;
}

/** @param fd of /dev/fuse or /dev/cuse, opened with O_NONBLOCK */
export function createConnection(fd: number): Connection {
  const requestBytes = new Uint8Array(new ArrayBuffer(IN_HEADER_SIZE + MAX_WRITE + 4096));
  const replyBytes = new Uint8Array(new ArrayBuffer(OUT_HEADER_SIZE + MAX_WRITE + 4096));
  const replyHeader = new DataView(replyBytes.buffer);

  return {
    request: new DataView(requestBytes.buffer),
    requestBytes,
    body: new DataView(replyBytes.buffer, OUT_HEADER_SIZE),
    bodyBytes: replyBytes.subarray(OUT_HEADER_SIZE),
    receive() {
      const length = read(fd, requestBytes, requestBytes.length);
      if (length > 0) return length;
      const failure = length === 0 ? errno.ENODEV : lastErrno();
      // ENOENT: the request was interrupted before it was read. ENODEV: unmounted or aborted.
      if (failure === errno.ENODEV) return -1;
      if (failure === errno.ENOENT || failure === errno.EINTR || failure === errno.EAGAIN) return 0;
      throw new SystemError('reading a request of the kernel', failure, 'the connection is unusable, end the emulator');
    },
    reply(unique, error, bodyLength) {
      const length = OUT_HEADER_SIZE + bodyLength;
      replyHeader.setUint32(0, length, true);
      replyHeader.setInt32(4, -error, true);
      replyHeader.setUint32(8, unique.low, true);
      replyHeader.setUint32(12, unique.high, true);
      if (write(fd, replyBytes, length) === length) return;
      const failure = lastErrno();
      // ENOENT: nobody waits for this answer any more. ENODEV: the connection ended, `receive` will tell.
      if (failure !== errno.ENOENT && failure !== errno.ENODEV && failure !== errno.ENOTCONN) {
        throw new SystemError(
          'answering a request of the kernel',
          failure,
          'this is a mistake in the emulator, please report it',
        );
      }
    },
  };
}
