import { type CaptureDocument, selecting, withRegisters } from './captures.ts';
import { REFUSED_DUMPS } from './refusedDumps.ts';

/** What is wrong, how the smallest capture becomes so, and what `kubectl apply` must say: the field, then the rule. */
export type Refusal = readonly [given: string, edit: (capture: CaptureDocument) => void, says: readonly RegExp[]];

const regs = { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } };

const target = (value: Record<string, unknown>) => (capture: CaptureDocument) => {
  capture.spec.target = value;
};
const devices = (value: Record<string, unknown>) => target({ nodeNames: ['gpu-a'], devices: value });
const collectors =
  (...value: Record<string, unknown>[]) =>
  (capture: CaptureDocument) => {
    capture.spec.collectors = value;
  };
const spec = (fields: Record<string, unknown>) => (capture: CaptureDocument) => {
  Object.assign(capture.spec, fields);
};

const EXACTLY_ONE = /spec\.target: .*exactly one of nodeNames and nodeSelector must be given/;
const NOT_EMPTY = /spec\.target\.nodeSelector: .*nodeSelector may not be empty/;

const TARGETS: readonly Refusal[] = [
  [
    'two target selectors',
    target({ nodeNames: ['a'], ...selecting({ matchLabels: { pool: 'h200' } }) }),
    [EXACTLY_ONE],
  ],
  ['no target selector', target({}), [EXACTLY_ONE]],
  ['a device filter and no target selector', target({ devices: {} }), [EXACTLY_ONE]],
  ['no target', (capture) => Reflect.deleteProperty(capture.spec, 'target'), [/spec\.target: Required value/]],
  ['an empty selector', target(selecting({})), [NOT_EMPTY]],
  ['a selector with empty parts', target(selecting({ matchLabels: {}, matchExpressions: [] })), [NOT_EMPTY]],
  [
    'a label key that is none',
    target(selecting({ matchLabels: { 'a b': 'c' } })),
    [/spec\.target\.nodeSelector\.matchLabels: .*not valid for a label/],
  ],
  [
    'a label value that is none',
    target(selecting({ matchLabels: { a: '-b' } })),
    [/spec\.target\.nodeSelector\.matchLabels: .*not valid for a label/],
  ],
  [
    'a label key in an expression that is none',
    target(selecting({ matchExpressions: [{ key: 'a b', operator: 'Exists' }] })),
    [/spec\.target\.nodeSelector\.matchExpressions: .*not valid for a label/],
  ],
  [
    'In without values',
    target(selecting({ matchExpressions: [{ key: 'a', operator: 'In' }] })),
    [/spec\.target\.nodeSelector\.matchExpressions: .*In and NotIn need values/],
  ],
  [
    'Exists with values',
    target(selecting({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] })),
    [/spec\.target\.nodeSelector\.matchExpressions: .*Exists and DoesNotExist take none/],
  ],
  [
    '2,000 node names',
    target({ nodeNames: Array.from({ length: 2000 }, (_, index) => `gpu-${index}`) }),
    [/spec\.target\.nodeNames: Too many: 2000: must have at most 1024 items/],
  ],
  ['no node name', target({ nodeNames: [] }), [/spec\.target\.nodeNames: .*at least 1 items/]],
  ['a node twice', target({ nodeNames: ['a', 'a'] }), [/spec\.target\.nodeNames\[1\]: Duplicate value: "a"/]],
  ['a node name that is a path', target({ nodeNames: ['../a'] }), [/spec\.target\.nodeNames\[0\]: .*should match/]],
  ['podSelector, which is not there yet', target({ podSelector: {} }), [/unknown field "spec\.target\.podSelector"/]],
];

const DEVICES: readonly Refusal[] = [
  [
    'a PCI address without domain',
    devices({ pciAddresses: ['03:00.0'] }),
    [/spec\.target\.devices\.pciAddresses\[0\]: .*should match/],
  ],
  ['no kind of function', devices({ functions: [] }), [/spec\.target\.devices\.functions: .*at least 1 items/]],
  ['an unknown kind of function', devices({ functions: ['SF'] }), [/devices\.functions\[0\]: Unsupported value: "SF"/]],
  ['an unknown link state', devices({ linkState: 'up' }), [/devices\.linkState: Unsupported value: "up"/]],
  ['an interface that is a path', devices({ interfaces: ['a/b'] }), [/devices\.interfaces\[0\]: .*should match/]],
];

const COLLECTORS: readonly Refusal[] = [
  ['no collectors', collectors(), [/spec\.collectors: .*at least 1 items/]],
  [
    '17 collectors',
    collectors(...Array.from({ length: 17 }, (_, index) => ({ ...regs, name: `c${index}` }))),
    [/spec\.collectors: Too many: 17: must have at most 16 items/],
  ],
  [
    'an unknown collector type',
    collectors({ name: 'fwt', type: 'FirmwareTrace' }),
    [
      /spec\.collectors\[0\]\.type: Unsupported value: "FirmwareTrace": supported values: "RegisterDump", "CapabilityDump"/,
    ],
  ],
  ['duplicate collector names', collectors(regs, regs), [/spec\.collectors\[1\]: Duplicate value: \{"name":"regs"\}/]],
  [
    'a collector name in capitals',
    collectors({ ...regs, name: 'Regs' }),
    [/spec\.collectors\[0\]\.name: .*should match/],
  ],
  [
    'options of another type',
    collectors({ name: 'regs', type: 'RegisterDump', capabilityDump: {} }),
    [
      /spec\.collectors\[0\]\.registerDump: .*registerDump is required when type is RegisterDump/,
      /spec\.collectors\[0\]\.capabilityDump: .*capabilityDump is required when type is CapabilityDump, and forbidden/,
    ],
  ],
  [
    'a set and registers',
    collectors({ name: 'r', type: 'RegisterDump', registerDump: { set: 'All', registers: [{ name: 'PPCNT' }] } }),
    [/spec\.collectors\[0\]\.registerDump: .*exactly one of set and registers must be given/],
  ],
  [
    'neither a set nor registers',
    collectors({ name: 'r', type: 'RegisterDump', registerDump: {} }),
    [/spec\.collectors\[0\]\.registerDump: .*exactly one of set and registers must be given/],
  ],
  [
    'a register by name and id',
    collectors(...withRegisters({ name: 'PPCNT', id: '0x5008' })),
    [/registerDump\.registers\[0\]: .*exactly one of name and id must be given/],
  ],
  [
    'a register by nothing',
    collectors(...withRegisters({ name: 'PPCNT' }, {})),
    [/registerDump\.registers\[1\]: .*exactly one of name and id must be given/],
  ],
  [
    'an id that is no number',
    collectors(...withRegisters({ id: '5008' })),
    [/registerDump\.registers\[0\]\.id: .*should match/],
  ],
  [
    'an index with a key that is no field name',
    collectors(...withRegisters({ name: 'PPCNT', index: { 'local port': '1' } })),
    [/registerDump\.registers\[0\]\.index: .*index has a key that is not a field name/],
  ],
  [
    'an index value that is no number',
    collectors(...withRegisters({ name: 'PPCNT', index: { local_port: 'one' } })),
    [/registerDump\.registers\[0\]\.index\.local_port: .*should match/],
  ],
  [
    'an index value that is no whole number',
    collectors(...withRegisters({ name: 'PPCNT', index: { local_port: 1.5 } })),
    [/registerDump\.registers\[0\]\.index\.local_port/],
  ],
  [
    'an index value below 0',
    collectors(...withRegisters({ name: 'PPCNT', index: { local_port: -1 } })),
    [/registerDump\.registers\[0\]\.index\.local_port: .*greater than or equal to 0/],
  ],
  [
    'a length of a register by name',
    (capture) => {
      spec({ impact: 'Intrusive' })(capture);
      collectors(...withRegisters({ name: 'PPCNT', length: 64 }))(capture);
    },
    [/registerDump\.registers\[0\]\.length: .*length is for a register by id/],
  ],
  [
    'a length that is no multiple of 4',
    (capture) => {
      spec({ impact: 'Intrusive' })(capture);
      collectors(...withRegisters({ id: '0x90f3', length: 6 }))(capture);
    },
    [/registerDump\.registers\[0\]\.length: .*multiple of 4/],
  ],
  [
    'an unknown register with less than impact Intrusive',
    (capture) => {
      spec({ impact: 'DebugWrite' })(capture);
      collectors(...withRegisters({ id: '0x90f3', length: 64 }))(capture);
    },
    [/spec\.impact: .*length needs impact Intrusive/],
  ],
  [
    'link options of another type',
    collectors({ name: 'f', type: 'FirmwareInfo', linkDiagnostics: {} }),
    [/spec\.collectors\[0\]\.linkDiagnostics: .*linkDiagnostics is forbidden unless type is LinkDiagnostics/],
  ],
  [
    'configuration options of another type',
    collectors({ name: 'l', type: 'LinkDiagnostics', nvConfig: {} }),
    [/spec\.collectors\[0\]\.nvConfig: .*nvConfig is forbidden unless type is NvConfig/],
  ],
  [
    'health options of another type',
    collectors({ name: 'l', type: 'LinkDiagnostics', health: {} }),
    [/spec\.collectors\[0\]\.health: .*health is forbidden unless type is Health/],
  ],
  [
    'dumps of health reporters with impact ReadOnly',
    collectors({ name: 'h', type: 'Health', health: { dump: true } }),
    [/spec\.impact: .*health\.dump makes firmware dump itself: it needs impact Intrusive/],
  ],
  [
    'an eye measurement with impact ReadOnly',
    collectors({ name: 'l', type: 'LinkDiagnostics', linkDiagnostics: { eye: true } }),
    [/spec\.impact: .*linkDiagnostics\.eye can disturb a link: it needs impact DebugWrite/],
  ],
  [
    'configuration values that do not exist',
    collectors({ name: 'n', type: 'NvConfig', nvConfig: { values: ['Next'] } }),
    [/nvConfig\.values\[0\]: Unsupported value: "Next": supported values: "Current", "NextBoot", "Default"/],
  ],
  [
    'configuration values twice',
    collectors({ name: 'n', type: 'NvConfig', nvConfig: { values: ['Current', 'Current'] } }),
    [/nvConfig\.values\[1\]: Duplicate value: "Current"/],
  ],
  [
    'a configuration type that is no number',
    collectors({ name: 'n', type: 'NvConfig', nvConfig: { types: ['SRIOV_EN'] } }),
    [/nvConfig\.types\[0\]: .*should match/],
  ],
  [
    'an unknown mode',
    collectors({ name: 'c', type: 'CapabilityDump', capabilityDump: { mode: 'All' } }),
    [/capabilityDump\.mode: Unsupported value: "All"/],
  ],
];

const BOUNDS: readonly Refusal[] = [
  ['a deadline of 0', spec({ deadline: '0' }), [/spec\.deadline: .*deadline must be from 1s to 24h/]],
  ['a deadline of 0s', spec({ deadline: '0s' }), [/spec\.deadline: .*deadline must be from 1s to 24h/]],
  ['a deadline of the number 0', spec({ deadline: 0 }), [/spec\.deadline: .*must be of type string/]],
  ['a deadline of 25 hours', spec({ deadline: '25h' }), [/spec\.deadline: .*deadline must be from 1s to 24h/]],
  ['a deadline that is no duration', spec({ deadline: 'soon' }), [/spec\.deadline: .*should match/]],
  ['a nodeDeadline of 0s', spec({ nodeDeadline: '0s' }), [/spec\.nodeDeadline: .*nodeDeadline must be from 1s to 24h/]],
  [
    'no nodes at once',
    spec({ parallelism: { maxNodes: 0 } }),
    [/spec\.parallelism\.maxNodes: .*greater than or equal to 1/],
  ],
  [
    'no bytes for a device',
    spec({ limits: { maxBytesPerDevice: '0' } }),
    [/spec\.limits\.maxBytesPerDevice: .*maxBytesPerDevice must be from 1Ki to 1Ti/],
  ],
  [
    'too many bytes',
    spec({ limits: { maxBytesTotal: '101Ti' } }),
    [/spec\.limits\.maxBytesTotal: .*maxBytesTotal must be from 1Ki to 100Ti/],
  ],
  [
    'no retention',
    spec({ retention: { ttlAfterFinished: '0s' } }),
    [/spec\.retention\.ttlAfterFinished: .*ttlAfterFinished must be from 1s to 87600h/],
  ],
  ['an impact that there is not', spec({ impact: 'Destructive' }), [/spec\.impact: Unsupported value: "Destructive"/]],
  ['repeat, which is not there yet', spec({ repeat: { count: 3 } }), [/unknown field "spec\.repeat"/]],
  ['suspend, which is not there yet', spec({ suspend: true }), [/unknown field "spec\.suspend"/]],
  ['an unknown field', spec({ deadlines: '10m' }), [/unknown field "spec\.deadlines"/]],
  [
    'a name of 64 characters',
    (capture) => {
      capture.metadata.name = 'a'.repeat(64);
    },
    [/metadata\.name may have at most 63 characters/],
  ],
];

/** Captures that are refused when they are created. */
export const REFUSED_CAPTURES: readonly Refusal[] = [
  ...TARGETS,
  ...DEVICES,
  ...COLLECTORS,
  ...REFUSED_DUMPS,
  ...BOUNDS,
];
