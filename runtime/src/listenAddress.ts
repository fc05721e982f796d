export class ListenAddressError extends Error {
  override readonly name = 'ListenAddressError';
  readonly code = 'InvalidListenAddress';
  constructor(text: string) {
    super(`"${text}" is not an address to listen on; write HOST:PORT, [IPV6]:PORT or :PORT`);
  }
}

const LISTEN = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/;

/** Reads `HOST:PORT`, `[::1]:PORT` or `:PORT` (every address).
 * @throws ListenAddressError */
export function parseListen(text: string): { readonly host: string | undefined; readonly port: number } {
  const match = LISTEN.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new ListenAddressError(text);
  return { host: match[1] ?? (match[2] === '' ? undefined : match[2]), port };
}
