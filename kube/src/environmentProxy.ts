import { BlockList, isIP } from 'node:net';

/** Whether NO_PROXY has a host: one entry of it. */
type Exception = (host: string, port: string) => boolean;

/** Bits of an address. */
const WIDTHS = { ipv4: 32, ipv6: 128 } as const;

/** The proxy that kubectl would go through to a server, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY; the names in small letters
 * go first.
 * @param server URL of the API server
 * @returns URL of the proxy; undefined to go there directly, as always to this machine itself
 * @source https://pkg.go.dev/golang.org/x/net/http/httpproxy */
export function environmentProxy(server: string, environment: NodeJS.ProcessEnv): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { hostname, protocol, port } = new URL(server);
  const value = (name: string): string | undefined => environment[name.toLowerCase()] || environment[name];
  const proxy = value(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const host = hostname.replace(/^\[|\]$/g, '');
  if (proxy === undefined || isThisMachine(host)) return undefined;
  const entries = (value('NO_PROXY') ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  const excepted = entries.filter(Boolean).map(exception);
  if (excepted.some((is) => is(host, port || (protocol === 'https:' ? '443' : '80')))) return undefined;
  return /^[a-z\d]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || within('127.0.0.0', 8, host) || host === '::1';
}

function exception(entry: string): Exception {
  if (entry === '*') return () => true;
  const [network = '', bits] = entry.split('/');
  if (bits !== undefined) return (host) => within(network, Number(bits), host);
  const [, bracketed, plain = '', only] = /^(?:\[(.+)\]|([^:]*|.*:.*:.*))(?::(\d+))?$/.exec(entry) ?? [];
  const name = (bracketed ?? plain).replace(/^\*\./, '.');
  const isPort = (port: string): boolean => only === undefined || only === port;
  if (isIP(name) > 0) return (host, port) => within(name, WIDTHS[family(name)], host) && isPort(port);
  if (name === '') return () => false;
  // With a dot in front, those below it only.
  const suffix = name.startsWith('.') ? name : `.${name}`;
  return (host, port) => isIP(host) === 0 && (host === name || host.endsWith(suffix)) && isPort(port);
}

/** Of what is no network, nothing is. */
function within(network: string, bits: number, host: string): boolean {
  if (isIP(host) === 0 || isIP(network) === 0) return false;
  if (!(Number.isInteger(bits) && bits >= 0 && bits <= WIDTHS[family(network)])) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family(network));
  return list.check(host, family(host));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
