import type { NetworkInterfaceInfo } from 'node:os';
import test from 'ava';
import { chooseAddress } from '../../src/cluster/ownAddress.ts';

function ipv4(address: string, internal = false): NetworkInterfaceInfo {
  return { address, internal, family: 'IPv4', netmask: '255.255.255.0', mac: '00:00:00:00:00:00', cidr: null };
}
function ipv6(address: string): NetworkInterfaceInfo {
  return { address, internal: false, family: 'IPv6', netmask: '', mac: '', cidr: null, scopeid: 0 };
}
const lo = [ipv4('127.0.0.1', true)];

for (const [title, interfaces, expected] of [
  [
    'the first address of a network',
    { lo, eth0: [ipv6('fd00::2'), ipv4('192.0.2.2')], eth1: [ipv4('10.0.0.1')] },
    '192.0.2.2',
  ],
  [
    'an alias on the loopback interface when there is no network',
    { lo: [...lo, ipv4('198.18.0.1', true)] },
    '198.18.0.1',
  ],
  ['a network before an alias', { lo: [...lo, ipv4('198.18.0.1', true)], eth0: [ipv4('192.0.2.2')] }, '192.0.2.2'],
  ['none: loopback and link-local are refused by the API server', { lo, eth0: [ipv4('169.254.3.4')] }, undefined],
  ['none on a machine without interfaces', {}, undefined],
] as const) {
  test(`of the machine's addresses is taken: ${title}`, (t) => t.is(chooseAddress(interfaces), expected));
}
