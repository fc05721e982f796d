/** Where the bytes of a dump go: into the register, or into memory of the client. */
export interface DumpSink {
  /** Bytes that one command may deliver. */
  readonly capacity: number;
  /** Takes the next bytes; they are good during the call only. */
  write(bytes: Uint8Array): void;
}

/** A dump on its way to a client, in as many commands as it takes. Only one segment of it exists at any time. */
export interface DumpStream {
  /** Delivers as much as the sink takes.
   * @returns the number of bytes */
  pour(sink: DumpSink): number;
  /** Whether everything has been delivered. */
  readonly ended: boolean;
}

/** @param segments made when they are asked for, valid until the next one is */
export function createDumpStream(segments: Iterator<Uint8Array, undefined>): DumpStream {
  let current: Uint8Array | undefined = segments.next().value;
  let at = 0;

  return {
    get ended() {
      return current === undefined;
    },
    pour({ capacity, write }) {
      let poured = 0;
      while (current !== undefined && poured < capacity) {
        const part = current.subarray(at, at + capacity - poured);
        write(part);
        poured += part.length;
        at += part.length;
        if (at === current.length) {
          current = segments.next().value;
          at = 0;
        }
      }
      return poured;
    },
  };
}
