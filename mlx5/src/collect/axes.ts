import { getField } from '../prm/index.ts';
import type { Item } from './item.ts';
import type { RegisterIndex } from './itemReader.ts';
import type { Axis } from './registerRow.ts';
import type { RegisterSession } from './registerSession.ts';

/** Modules have sensors of their own from here on: module m is sensor 64 + m [inferred from "64–255 modules"]. */
const FIRST_MODULE_SENSOR = 64;
const PRIORITIES = 8;
/** PTYS.proto_mask by the general capability `port_type`: InfiniBand, Ethernet. */
const PROTOCOLS: Readonly<Record<number, number>> = { 0: 1, 1: 4 };
/** A device that never sets the last-index flag does not keep the walk going. */
const MOST_COMPONENTS = 32;

/** How far an axis goes on this device, by what it says itself.
 * @param chosen values of the index fields before this one; a lane needs its port */
export function* valuesOfAxis(
  session: RegisterSession,
  axis: Axis,
  chosen: RegisterIndex,
): Generator<Item, readonly number[]> {
  switch (axis) {
    case 'port':
      return yield* ports(session);
    case 'portProtocol':
      return yield* portProtocols(session);
    case 'lane':
      return upTo((yield* lanesOf(session, chosen['local_port'] ?? 1)).length);
    case 'module':
      return yield* modules(session);
    case 'sensor':
      return yield* sensors(session);
    case 'moduleSensor':
      return (yield* modules(session)).map((module) => FIRST_MODULE_SENSOR + module);
    case 'pool':
      return yield* sharedBuffers(session, 'cap_num_pool_supported');
    case 'portGroupBuffer':
      return yield* sharedBuffers(session, 'cap_max_pg_buffers');
    case 'component':
      return yield* components(session);
    case 'priority':
    case 'trafficClass':
      return upTo(PRIORITIES);
  }
}

/** Ports count from 1; each PF of a card sees its own port as 1. */
function* ports(session: RegisterSession): Generator<Item, readonly number[]> {
  const count: number | undefined = yield* session.general('num_ports');
  return upTo(Math.max(1, count ?? 1)).map((port) => port + 1);
}

/** What the ports speak; every protocol where firmware would not say, then the reads show. */
function* portProtocols(session: RegisterSession): Generator<Item, readonly number[]> {
  const type: number | undefined = yield* session.general('port_type');
  const protocol = type === undefined ? undefined : PROTOCOLS[type];
  return protocol === undefined ? Object.values(PROTOCOLS) : [protocol];
}

/** The lanes of a port as PMLP maps them to modules; none for an unmapped port. */
function* lanesOf(session: RegisterSession, port: number): Generator<Item, readonly number[]> {
  const answer: Uint8Array | undefined = yield* session.read('PMLP', { local_port: port });
  if (answer === undefined) return [];
  const width = Number(getField(answer, 'pmlp_reg_ext', 'width'));
  return upTo(Math.min(width, 8)).map((lane) =>
    Number(getField(answer, 'pmlp_reg_ext', `lane_module_mapping[${lane}].module`)),
  );
}

function* modules(session: RegisterSession): Generator<Item, readonly number[]> {
  const found = new Set<number>();
  for (const port of yield* ports(session)) {
    for (const module of yield* lanesOf(session, port)) found.add(module);
  }
  return [...found].sort((a, b) => a - b);
}

function* sensors(session: RegisterSession): Generator<Item, readonly number[]> {
  const answer: Uint8Array | undefined = yield* session.read('MTCAP', {});
  if (answer === undefined) return [0];
  const map = BigInt(getField(answer, 'mtcap_ext', 'sensor_map'));
  return upTo(FIRST_MODULE_SENSOR).filter((sensor) => (map >> BigInt(sensor)) & 1n);
}

function* sharedBuffers(session: RegisterSession, field: string): Generator<Item, readonly number[]> {
  const answer: Uint8Array | undefined = yield* session.read('SBCAM', { access_reg_group: 0, feature_group: 0 });
  return upTo(answer === undefined ? 0 : Number(getField(answer, 'sbcam_ext', field)));
}

/** Firmware components by MCQS, which says with each whether it is the last. */
function* components(session: RegisterSession): Generator<Item, readonly number[]> {
  const found: number[] = [];
  for (let component = 0; component < MOST_COMPONENTS; component += 1) {
    const answer: Uint8Array | undefined = yield* session.read('MCQS', { component_index: component });
    if (answer === undefined) break;
    found.push(component);
    if (Number(getField(answer, 'mcqs_reg_ext', 'last_index_flag')) === 1) break;
  }
  return found;
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
