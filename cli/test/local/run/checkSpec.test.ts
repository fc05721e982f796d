import test from 'ava';
import { checkSpec } from '../../../src/local/run/checkSpec.ts';

const target = { nodeNames: ['gpu-a'] };
const caps = { name: 'caps', type: 'CapabilityDump', capabilityDump: {} };

test('a spec has its defaults, as an API server would have stored it', (t) => {
  const given = { target, collectors: [caps] };
  t.like(checkSpec(given, 'x.yaml'), {
    collectors: [{ name: 'caps', capabilityDump: { mode: 'Current' } }],
    impact: 'ReadOnly',
    limits: { maxBytesPerDevice: '256Mi' },
  });
  t.deepEqual(given.collectors[0]?.capabilityDump, {}, 'what was given is left as it is');
});

for (const [title, collectors, message] of [
  ['no collector', [], /spec\.collectors: must NOT have fewer than 1 items/],
  ['an unknown type', [{ name: 'x', type: 'Nosuch' }], /spec\.collectors\[0\]\.type: .*allowed values: .*RegisterDump/],
  ['no options', [{ name: 'x', type: 'RegisterDump' }], /spec\.collectors\[0\]: registerDump is required when type is/],
  [
    'options of another type',
    [{ ...caps, registerDump: { set: 'All' } }],
    /spec\.collectors\[0\]: registerDump is required when .*, and forbidden otherwise/,
  ],
  [
    'two of which one is needed',
    [{ name: 'x', type: 'RegisterDump', registerDump: { set: 'All', registers: [{ name: 'MGIR' }] } }],
    /spec\.collectors\[0\]\.registerDump: exactly one of set and registers must be given/,
  ],
  ['an unknown field', [{ ...caps, color: 'red' }], /spec\.collectors\[0\]: unknown field color/],
  ['two of one name', [caps, caps], /two collectors are called caps/],
  ['a name that is none', [{ ...caps, name: 'Caps!' }], /spec\.collectors\[0\]\.name: must match pattern/],
] as const) {
  test(`refused: ${title}`, (t) => {
    t.throws(() => checkSpec({ target, collectors }, 'x.yaml'), { name: 'UsageError', message });
  });
}

test('every fault is told at once', (t) => {
  const error = t.throws(() => checkSpec({ target, collectors: [{ name: 'x' }], impact: 'Much' }, 'x.yaml'));
  t.regex(error.message, /^x\.yaml is refused:\n/);
  t.regex(error.message, /required property 'type'/);
  t.regex(error.message, /spec\.impact/);
});
