import type { Connection } from './connection.ts';
import { IN_HEADER_SIZE, OPEN_OUT_SIZE } from './protocol.ts';
import { ok } from './requestServer.ts';

/** What is open on a connection, by the handles that the kernel knows it by. */
export interface OpenFiles<File> {
  /** Writes the answer to an OPEN or OPENDIR.
   * @param flags FOPEN_*
   * @returns the handler's result */
  open(file: File, flags: number): number;
  /** The file of the request at hand, whatever its kind: they all begin with the handle. */
  current(): File | undefined;
  /** Forgets the file of the request at hand.
   * @returns what it was */
  close(): File | undefined;
}

export function createOpenFiles<File>({ request, body, bodyBytes }: Connection): OpenFiles<File> {
  const files = new Map<number, File>();
  let nextHandle = 1;
  const handle = (): number => request.getUint32(IN_HEADER_SIZE, true);

  return {
    open(file, flags) {
      const opened = nextHandle++;
      files.set(opened, file);
      bodyBytes.fill(0, 0, OPEN_OUT_SIZE);
      body.setUint32(0, opened, true);
      body.setUint32(8, flags, true);
      return ok(OPEN_OUT_SIZE);
    },
    current: () => files.get(handle()),
    close() {
      const file = files.get(handle());
      files.delete(handle());
      return file;
    },
  };
}
