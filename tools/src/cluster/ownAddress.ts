import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { holdLoopbackAlias, LOOPBACK_ALIAS } from '../nursery/loopbackAlias.ts';

/** Of the block for documentation (RFC 5737): nobody has it. */
const NOBODY = '192.0.2.1';

export class NoAddressError extends Error {
  override readonly name = 'NoAddressError';
  readonly code = 'NoAddress';
}

/** The first IPv4 address of this machine that Kubernetes takes for an endpoint: it refuses loopback and link-local.
 * @returns undefined when there is none */
export function chooseAddress(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string | undefined {
  const addresses = Object.values(interfaces).flatMap((list) => list ?? []);
  const usable = addresses.filter(({ family, address }) => family === 'IPv4' && !/^(127\.|169\.254\.)/.test(address));
  // An alias on `lo` counts as internal; it serves when nothing else does.
  return (usable.find(({ internal }) => !internal) ?? usable[0])?.address;
}

/** An IPv4 address of this machine that the API server's service proxy agrees to call. Traffic to it does not leave
 * the machine. A machine without any gets an alias on its loopback interface, which needs root.
 * @param directory of the nursery for whose life it is needed
 * @throws NoAddressError */
export function ownAddress(directory: string): string {
  const address = chooseAddress(networkInterfaces());
  if (address !== undefined && address !== LOOPBACK_ALIAS) return address;
  // Also when it is there: whoever made it must not take it away from this one.
  const refusal = holdLoopbackAlias(directory);
  if (refusal === undefined) return LOOPBACK_ALIAS;
  throw new NoAddressError(
    `this machine has no IPv4 address but 127.0.0.1, and the API server's service proxy refuses that one; as root run ` +
      `"ip address add ${LOOPBACK_ALIAS}/32 dev lo" (${refusal})`,
  );
}

/** What Nodes say of themselves, and Pods without an address of their own: nothing is called there. */
export function nodeAddress(): string {
  return chooseAddress(networkInterfaces()) ?? NOBODY;
}
