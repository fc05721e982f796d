import { guardRules } from '../channel/guardRules.ts';
import { allRegisters, indexFields, type RegisterLayout } from '../prm/index.ts';
import type { Axis, IndexValue, RegisterRow } from './registerRow.ts';
import { STANDARD_SET } from './standardSet.ts';

/** Readable registers that need an input which nothing on the device suggests. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  // A dump of its own, with a protocol of its own.
  'Resource_dump_registers',
  // Pieces of the tracer's string database, by offset.
  'MTRC_STDB',
  // Configuration items, by a type that a person has to name.
  'MNVDA',
  'MNVGN',
  'MNVQC',
  // Log entries, by a pointer.
  'MGNLE',
  // PCI capabilities, by id and register number.
  'MPECS',
]);

/** Natural ranges by the names that index fields have. */
export const NATURAL_AXES: Readonly<Record<string, Axis>> = {
  local_port: 'port',
  port: 'port',
  port_number: 'port',
  proto_mask: 'portProtocol',
  lane: 'lane',
  module: 'module',
  sensor_index: 'sensor',
  switch_prio: 'priority',
  traffic_class: 'trafficClass',
};

const MORE_AXES: Readonly<Record<string, Axis>> = {
  ...NATURAL_AXES,
  pool: 'pool',
  pg_buff: 'portGroupBuffer',
  component_index: 'component',
};

/** Selectors whose named values are all pages or parts of the register. */
const PAGES = new Set([
  'page_select',
  'page_selector',
  'param_select',
  'monitor_group',
  'cap_group',
  'type',
  'led_type',
]);

/** The Standard set and after it every other register that may be read, over the natural ranges of its index fields and
 * all its pages. Much of that is not on every device: firmware saying no is an answer. */
export function allSet(): readonly RegisterRow[] {
  rows ??= makeRows();
  return rows;
}

let rows: readonly RegisterRow[] | undefined;

function makeRows(): readonly RegisterRow[] {
  const listed = new Set(STANDARD_SET.map(({ register }) => register));
  const { registers } = guardRules();
  const others = allRegisters().filter(
    ({ id, name }) => registers.get(id)?.class === 'read' && !listed.has(name) && !LEFT_OUT.has(name),
  );
  return [...STANDARD_SET, ...others.map(rowOf)];
}

function rowOf(register: RegisterLayout): RegisterRow {
  const index: Record<string, IndexValue> = {};
  for (const { path, enumeration } of indexFields(register)) {
    const axis = MORE_AXES[path];
    if (axis !== undefined) index[path] = axis;
    else if (PAGES.has(path) && enumeration !== undefined) index[path] = [...enumeration.nameOf.keys()];
  }
  // A lane depends on its port, wherever the register has its fields.
  const { lane, ...before } = index;
  return { register: register.name, index: lane === undefined ? before : { ...before, lane }, probe: true };
}
