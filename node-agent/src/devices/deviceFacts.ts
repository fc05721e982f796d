import type { DeviceIdentity, Item } from '@nicdiag/mlx5';
import { decodeItem, type HealthFacts, healthFrom, identityFrom, portStatesFrom } from '@nicdiag/mlx5/decode';

/** What a few registers say of a device, for its NicDevice and for manifests. */
export interface DeviceFacts {
  readonly identity: DeviceIdentity;
  readonly ports: readonly PortFacts[];
  readonly health: HealthFacts;
}

export interface PortFacts {
  readonly number: number;
  readonly state: 'Up' | 'Down' | 'Unknown';
  /** Somebody wants it up; a port that is down by configuration is no fault. */
  readonly wanted: boolean;
  /** e.g. `400Gb/s`. */
  readonly speed?: string;
  /** Firmware's word on why the link is down. */
  readonly trouble?: string;
}

/** The reads that `readFacts` understands: identity; each port's state, speed and trouble; temperature of the ASIC, PCI
 * Express link, modules. None has a side effect; index fields that are left out are iterated. */
export const FACT_REGISTERS = [
  { name: 'MGIR' },
  { name: 'MSGI' },
  { name: 'PAOS' },
  { name: 'PTYS' },
  { name: 'PDDR', index: { page_select: '1' } },
  { name: 'MTMP', index: { sensor_index: '0' } },
  { name: 'MPEIN' },
  { name: 'PMAOS' },
] as const;

/** Values of PAOS.admin_status that want the port up: up, up_once. @source register database, `paos_reg_ext` */
const ADMIN_UP: ReadonlySet<unknown> = new Set([1, 3]);
/** PDDR monitor opcodes that tell of no trouble. @source register database, `pddr_codes`: 0 no issue observed */
const NO_TROUBLE = 0;

/** Reads the facts out of the items that came back; what was refused is absent. */
export function readFacts(items: readonly Item[]): DeviceFacts {
  const health = healthFrom(items);
  const wanted = new Set(
    decoded(items, 'PAOS')
      .filter(({ fields }) => ADMIN_UP.has(fields['admin_status']))
      .map(({ index }) => index['local_port']),
  );
  const ports = portStatesFrom(items).map(({ number, state, speed }) => {
    const opcode = health.portMonitorOpcodes[number] ?? NO_TROUBLE;
    return {
      number,
      state,
      wanted: wanted.has(number),
      ...(speed === undefined ? {} : { speed: `${speed}b/s` }),
      ...(state === 'Up' || opcode === NO_TROUBLE ? {} : { trouble: troubleOf(items, number, opcode) }),
    };
  });
  return { identity: identityFrom(items), ports, health };
}

function troubleOf(items: readonly Item[], port: number, opcode: number): string {
  const page = decoded(items, 'PDDR').find(({ index }) => index['local_port'] === port);
  const text = Object.entries(page?.texts ?? {}).find(([path]) => path.endsWith('monitor_opcode'))?.[1];
  return text === undefined ? `monitor opcode ${opcode}` : `${text} (monitor opcode ${opcode})`;
}

function decoded(items: readonly Item[], register: string) {
  return items.filter(({ name, outcome }) => name === register && outcome === 'ok').map(decodeItem);
}
