import test from 'ava';
import fc from 'fast-check';
import { MAX_LABEL_LENGTH, nicDeviceName, nodeCaptureName, nodeLabelValue } from '../src/names.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

const label = (maxLength: number) =>
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/).filter((text) => text.length <= maxLength);
const subdomain = (maxLength: number) =>
  fc
    .array(label(42), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join('.'))
    .filter((text) => text.length <= maxLength);
const captureName = subdomain(63);
const nodeName = subdomain(240);
const pciAddress = fc.tuple(fc.nat(0xffff), fc.nat(0xff), fc.nat(0x1f), fc.nat(7)).map(([domain, bus, device, fn]) => {
  const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');
  return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(device, 2)}.${fn}`;
});

test('the name of a NodeCapture is a DNS-1123 subdomain of at most 63 characters, whatever the capture and the node', (t) => {
  fc.assert(
    fc.property(captureName, fc.uuid(), nodeName, (capture, uid, node) => {
      const name = nodeCaptureName(capture, uid, node);
      return SUBDOMAIN.test(name) && name.length <= MAX_LABEL_LENGTH;
    }),
  );
  t.pass();
});

test('the same capture and node give the same name; another UID or another node gives another', (t) => {
  fc.assert(
    fc.property(captureName, fc.tuple(fc.uuid(), nodeName), fc.tuple(fc.uuid(), nodeName), (capture, one, other) => {
      const same = one[0] === other[0] && one[1] === other[1];
      return (nodeCaptureName(capture, ...one) === nodeCaptureName(capture, ...other)) === same;
    }),
  );
  t.is(nodeCaptureName('a', 'uid', 'node'), nodeCaptureName('a', 'uid', 'node'));
});

test('captures whose names agree in their first 40 characters do not share names, since their UIDs differ', (t) => {
  const long = 'a'.repeat(50);
  t.not(nodeCaptureName(`${long}-1`, 'uid-1', 'node'), nodeCaptureName(`${long}-2`, 'uid-2', 'node'));
});

test('a capture cut at a dot or a dash keeps no such end', (t) => {
  const name = nodeCaptureName(`${'a'.repeat(38)}.-${'b'.repeat(10)}`.replace('.-', '-.b'), 'uid', 'node');
  t.regex(name, SUBDOMAIN);
  t.regex(nodeCaptureName(`${'a'.repeat(39)}-b`, 'uid', 'node'), /^a{39}-[0-9a-f]{16}$/);
});

for (const [node, pci, expected] of [
  ['gpu-a', '0000:03:00.0', 'gpu-a.0000-03-00-0'],
  ['ip-10-0-0-1.ec2.internal', '0001:c1:1f.7', 'ip-10-0-0-1.ec2.internal.0001-c1-1f-7'],
  ['n', '10000:01:00.1', 'n.10000-01-00-1'],
] as const) {
  test(`the NicDevice of ${pci} on ${node} is ${expected}`, (t) => t.is(nicDeviceName(node, pci), expected));
}

test('the name of a NicDevice is a DNS-1123 subdomain, and another for each node and device', (t) => {
  fc.assert(
    fc.property(fc.tuple(nodeName, pciAddress), fc.tuple(nodeName, pciAddress), (one, other) => {
      const same = one[0] === other[0] && one[1] === other[1];
      const name = nicDeviceName(...one);
      return SUBDOMAIN.test(name) && name.length <= 253 && (name === nicDeviceName(...other)) === same;
    }),
  );
  t.pass();
});

test('the label value of a node is its name where that fits', (t) => t.is(nodeLabelValue('gpu-a'), 'gpu-a'));

test('the label value of a node is valid and another for each node, however long the name', (t) => {
  fc.assert(
    fc.property(nodeName, nodeName, (one, other) => {
      const value = nodeLabelValue(one);
      return (
        LABEL_VALUE.test(value) &&
        value.length <= MAX_LABEL_LENGTH &&
        (value === nodeLabelValue(other)) === (one === other)
      );
    }),
  );
  t.pass();
});
