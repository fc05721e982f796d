import test from 'ava';
import fc from 'fast-check';
import { canonicalJson } from '../../src/manifest/canonicalJson.ts';
import {
  type CaptureManifest,
  captureManifestBytes,
  parseCaptureManifest,
} from '../../src/manifest/captureManifest.ts';
import { type DeviceManifest, deviceManifestBytes, parseDeviceManifest } from '../../src/manifest/deviceManifest.ts';
import { ManifestError } from '../../src/manifest/manifestError.ts';
import { isName, NAMES } from '../../src/manifest/rules.ts';
import { sampleCaptureManifest, sampleDeviceManifest } from '../sampleManifests.ts';

test('canonical JSON does not depend on the order in which keys were set', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const reversed = JSON.parse(JSON.stringify(value), (_key, entry: unknown) =>
        typeof entry === 'object' && entry !== null && !Array.isArray(entry)
          ? Object.fromEntries(Object.entries(entry).reverse())
          : entry,
      ) as unknown;
      t.deepEqual(canonicalJson(reversed), canonicalJson(value));
    }),
  );
  t.is(
    Buffer.from(canonicalJson({ b: [1, { d: 1, c: undefined, a: 2 }], a: 'ä' })).toString(),
    '{\n  "a": "ä",\n  "b": [\n    1,\n    {\n      "a": 2,\n      "d": 1\n    }\n  ]\n}\n',
  );
});

test('manifests come back as they were written', (t) => {
  const device = sampleDeviceManifest();
  t.deepEqual(parseDeviceManifest(deviceManifestBytes(device)), device);
  const { channel: _, ...unopened } = device;
  t.deepEqual(
    parseDeviceManifest(
      deviceManifestBytes({ ...unopened, state: 'Failed', reason: 'OpenFailed', message: 'EACCES', collectors: [] }),
    ).channel,
    undefined,
  );
  const capture = sampleCaptureManifest();
  t.deepEqual(parseCaptureManifest(captureManifestBytes(capture)), capture);
});

test('a bad device manifest is refused with the field that is wrong', (t) => {
  const good = sampleDeviceManifest();
  const collector = good.collectors[0]!;
  const blob = collector.blobs[0]!;
  const withBlob = (change: object): unknown => ({
    ...good,
    collectors: [{ ...collector, blobs: [{ ...blob, ...change }] }],
  });
  const cases: readonly [unknown, string][] = [
    [[], 'manifest must be an object'],
    [{ ...good, schemaVersion: 'v2' }, 'manifest.schemaVersion must be nicdiag.dev/device-manifest/v1'],
    [{ ...good, node: '../x' }, 'manifest.node must be a node name'],
    [
      { ...good, device: { ...good.device, pciAddress: '03:00.0' } },
      'manifest.device.pciAddress must be a PCI address such as 0000:03:00.0',
    ],
    [{ ...good, state: 'Running' }, 'manifest.state must be one of Succeeded, Partial, Failed, Unsupported, Cancelled'],
    [
      { ...good, collectors: [{ ...collector, items: 1.5 }] },
      'manifest.collectors[0].items must be an integer of at least 0',
    ],
    [{ ...good, collectors: [collector, collector] }, 'manifest.collectors has the name regs twice'],
    [{ ...good, collectors: [{ ...collector, name: 'a/b' }] }, 'manifest.collectors[0].name must be a collector name'],
    [withBlob({ name: '../../etc/passwd' }), 'manifest.collectors[0].blobs[0].name must be a file name'],
    [withBlob({ name: '..' }), 'manifest.collectors[0].blobs[0].name must be a file name'],
    [withBlob({ digest: 'sha256:abc' }), 'manifest.collectors[0].blobs[0].digest must be sha256: and 64 hex digits'],
    [withBlob({ size: -1 }), 'manifest.collectors[0].blobs[0].size must be an integer of at least 0'],
  ];
  for (const [value, message] of cases) {
    t.is(t.throws(() => parseDeviceManifest(canonicalJson(value)), { instanceOf: ManifestError })?.message, message);
  }
});

test('a manifest that is not in canonical form, not JSON or too large is refused', (t) => {
  const code = (bytes: Uint8Array) => t.throws(() => parseDeviceManifest(bytes), { instanceOf: ManifestError })?.code;
  t.is(code(Buffer.from(JSON.stringify(sampleDeviceManifest()))), 'NotCanonical');
  t.is(code(Buffer.from('{')), 'NotJson');
  t.is(code(Buffer.from([0x22, 0xff, 0x22])), 'NotJson');
  t.is(code(Buffer.alloc(1024 * 1024 + 1, ' ')), 'TooLarge');
  const large: DeviceManifest = { ...sampleDeviceManifest(), message: 'x'.repeat(1024 * 1024) };
  t.is(t.throws(() => deviceManifestBytes(large), { instanceOf: ManifestError })?.code, 'TooLarge');
});

test('the lists of a capture manifest are sorted and free of duplicates', (t) => {
  const good = sampleCaptureManifest();
  const [first, second] = good.devices;
  const message = (change: Partial<CaptureManifest>) =>
    t.throws(() => parseCaptureManifest(canonicalJson({ ...good, ...change })), { instanceOf: ManifestError })?.message;
  t.is(message({ devices: [second!, first!] }), 'manifest.devices must be sorted');
  t.is(message({ devices: [first!, first!] }), 'manifest.devices has the entry gpu-a 0000:03:00.0 twice');
  t.is(message({ revision: 0 }), 'manifest.revision must be an integer of at least 1');
});

test('no name that passes can leave its directory', (t) => {
  const kinds = Object.keys(NAMES) as (keyof typeof NAMES)[];
  const nasty = [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    '/',
    'a\0',
    'a\n',
    '.hidden',
    '-x',
    'a b',
    'ä',
    '%2e%2e',
    'a'.repeat(300),
  ];
  for (const kind of kinds) for (const name of nasty) t.false(isName(kind, name), `${kind} ${JSON.stringify(name)}`);
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.string({ unit: 'binary' }), (kind, name) => {
      t.true(!isName(kind, name) || (!name.includes('/') && !name.includes('\\') && !name.startsWith('.')));
    }),
  );
  t.true(isName('uid', '7d1f9d3a-3f43-4c86-9a3e-52a3a9a3b1c2'));
  t.true(isName('node', 'ip-10-0-0-1.eu-west-1.compute.internal'));
});
