import type { IndexCheck } from './registerRow.ts';

const isZero: IndexCheck = (value) => value === 0;

/** Index fields that mean the same wherever they occur. */
export const indexChecks: Readonly<Record<string, IndexCheck>> = {
  local_port: (value, { card }) => value >= 1 && value <= card.ports.length,
  port_number: (value, { card }) => value >= 1 && value <= card.ports.length,
  /** Bits 9:8 of local_port: no adapter has that many ports. */
  lp_msb: isZero,
  /** 0 local port, 1 IB port; host and out-of-band ports are not modelled. */
  pnat: (value) => value <= 1,
  swid: isZero,
  plane_ind: isZero,
  /** 0 network port; the lines to gearboxes and inside the package do not exist. */
  port_type: isZero,
  lane: (value, { port }) => value < port.mode.lanes,
  slot_index: isZero,
  asic_index: isZero,
  module: (value, { card }) => value < card.cages.length,
  device_index: isZero,
  device_type: isZero,
  depth: isZero,
  node: isZero,
  switch_prio: (value) => value < 8,
  traffic_class: (value) => value < 8,
};
