import type { Refusal } from './refusedCaptures.ts';

const collector =
  (value: Record<string, unknown>): Refusal[1] =>
  (capture) => {
    capture.spec.collectors = [value];
  };
const objects = (...list: Record<string, unknown>[]): Refusal[1] =>
  collector({ name: 'o', type: 'ObjectDump', objectDump: { objects: list } });
const segments = (segment: Record<string, unknown>, more: Record<string, unknown> = {}): Refusal[1] =>
  collector({ name: 'r', type: 'ResourceDump', resourceDump: { segments: [segment], ...more } });

const core = (coreDump: Record<string, unknown>, impact = 'Intrusive'): Refusal[1] => {
  const collect = collector({ name: 'c', type: 'CoreDump', coreDump });
  return (capture) => {
    collect(capture);
    capture.spec['impact'] = impact;
  };
};

/** Object, resource and core dumps that `kubectl apply` must refuse. */
export const REFUSED_DUMPS: readonly Refusal[] = [
  ['an ObjectDump without options', collector({ name: 'o', type: 'ObjectDump' }), [/objectDump is required when type/]],
  ['a ResourceDump without options', collector({ name: 'r', type: 'ResourceDump' }), [/resourceDump is required when/]],
  ['no objects', objects(), [/objectDump\.objects: .*should have at least 1 items/]],
  ['an object type that there is not', objects({ type: 'KNOB' }), [/objects\[0\]\.type: Unsupported value: "KNOB"/]],
  ['an object without its ids', objects({ type: 'QP' }), [/objects\[0\]: .*ids is required for this type/]],
  ['ids of what is there once', objects({ type: 'LAG', ids: '1' }), [/objects\[0\]\.ids: .*a function has it once/]],
  ['ids that are none', objects({ type: 'QP', ids: '1-' }), [/objects\[0\]\.ids: .*should match/]],
  ['no limit at all', objects({ type: 'QP', ids: 'all', limit: 0 }), [/limit: .*greater than or equal to 1/]],
  [
    'an input field that is none',
    objects({ type: 'FLOW_GROUP', ids: '1', index: { 'Table Type': '1' } }),
    [/objects\[0\]\.index: .*not an input field/],
  ],
  ['a segment without a name', segments({ index: '1' }), [/segments\[0\]: .*exactly one of name and id/]],
  ['a segment with two names', segments({ name: 'FULL_QPC', id: '0x1000' }), [/exactly one of name and id/]],
  ['a segment number that is none', segments({ id: '4096' }), [/segments\[0\]\.id: .*should match/]],
  ['an index that is none', segments({ name: 'FULL_QPC', index: 'some' }), [/segments\[0\]\.index: .*should match/]],
  ['a mode that there is not', segments({ name: 'FULL_QPC' }, { mode: 'Fast' }), [/mode: Unsupported value: "Fast"/]],
  [
    'more bytes than a dump may have',
    segments({ name: 'FULL_QPC' }, { maxBytesPerDump: '17Gi' }),
    [/maxBytesPerDump: .*must be from 1Ki to 16Gi/],
  ],
  ['a CoreDump that changes nothing', core({}, 'ReadOnly'), [/spec\.impact: .*a CoreDump stalls firmware for seconds/]],
  ['a CoreDump as debug write', core({}, 'DebugWrite'), [/spec\.impact: .*it needs impact Intrusive/]],
  ['a core dump that there is not', core({ type: 'Whole' }), [/coreDump\.type: Unsupported value: "Whole"/]],
  [
    'core dump options of another type',
    collector({ name: 'f', type: 'FirmwareInfo', coreDump: {} }),
    [/collectors\[0\]\.coreDump: .*coreDump is forbidden unless type is CoreDump/],
  ],
];
