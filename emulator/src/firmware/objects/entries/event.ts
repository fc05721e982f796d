import { setBits } from '../../layout/bits.ts';
import { type EventRole, eventQueue } from '../eventQueue.ts';
import { FIRST } from '../inventory.ts';
import type { Objects } from '../objects.ts';
import { latestAt, ownerBit, type Ring } from './ring.ts';

export const EQE = 64;

/** Event types.
 * @source public PRM, EQE format */
export const eventType = { COMPLETION: 0x00, PORT_CHANGE: 0x09, COMMAND: 0x0a, PAGE_REQUEST: 0x0b } as const;
const PORT_DOWN = 1;
const PORT_ACTIVE = 4;

const typeOf: Readonly<Record<EventRole, number>> = {
  completions: eventType.COMPLETION,
  events: eventType.PORT_CHANGE,
  commands: eventType.COMMAND,
  pages: eventType.PAGE_REQUEST,
};

/** Entries of an event queue; places that were never used have only their owner bit, as the driver sets it. */
export function eventRing(objects: Objects, eqn: number): Ring {
  const { role, logEntries, produced } = eventQueue(objects, eqn);
  const places = 2 ** logEntries;
  return {
    places,
    fill(place, bytes, at) {
      const entry = latestAt(produced, places, place);
      bytes[at + 63] = entry === undefined ? 1 : ownerBit(entry, places);
      if (entry === undefined) return;
      bytes[at + 1] = typeOf[role];
      fillByRole(objects, eqn, role, entry, bytes, at);
    },
  };
}

function fillByRole(
  objects: Objects,
  eqn: number,
  role: EventRole,
  entry: number,
  bytes: Uint8Array,
  at: number,
): void {
  switch (role) {
    case 'completions':
      setBits(bytes, (at + 0x38) * 8, 32, reporter(objects, eqn, entry));
      return;
    case 'commands':
      // One command at a time in slot 0, and page commands in the last.
      setBits(bytes, (at + 0x20) * 8, 32, entry % 50 === 49 ? 2 ** 31 : 1);
      return;
    case 'events':
      bytes[at + 3] = entry % 2 === 0 ? PORT_ACTIVE : PORT_DOWN;
      bytes[at + 0x28] = objects.port.number * 16;
      return;
    case 'pages':
      setBits(bytes, (at + 0x24) * 8, 32, 512);
  }
}

/** The completion queue that has raised an event: netdevs and programs take turns. */
function reporter({ inventory }: Objects, eqn: number, entry: number): number {
  const channel = eqn - FIRST.COMPLETION_EQN;
  const programs = Math.ceil(Math.max(0, inventory.programs - channel) / inventory.cores);
  const [netdev] = inventory.netdevs;
  if (netdev !== undefined && (entry % 2 === 0 || programs === 0)) return netdev.firstCqn + 3 * channel + (entry % 3);
  if (programs === 0) return FIRST.MANAGEMENT_CQN;
  const program = inventory.program(channel + inventory.cores * (Math.floor(entry / 2) % programs));
  return entry % 4 === 1 ? program.sendCq : program.receiveCq;
}
