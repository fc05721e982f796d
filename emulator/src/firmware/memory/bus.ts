/** The way from the device to memory: bus addresses, as the driver has told them. */
export interface Bus {
  /** Writes to consecutive bus addresses. A device learns nothing of what becomes of its writes. */
  write(address: number, bytes: Uint8Array): void;
}

/** A device on no bus: what it writes is lost. */
export const noBus: Bus = { write() {} };
