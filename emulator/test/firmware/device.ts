import { getField, registerByName, setField } from '@nicdiag/mlx5/prm';
import { type Card, createCard } from '../../src/firmware/card.ts';
import { loadCardModel } from '../../src/firmware/cardModel.ts';
import {
  type CommandTrace,
  createFirmwareFunction,
  type FirmwareFunction,
} from '../../src/firmware/firmwareFunction.ts';
import { createManualClock } from '../../src/firmware/state/clock.ts';
import { type CardProfile, loadHostProfile } from '../../src/host/profile.ts';

/** A device without a front end, in time that stands still. */
export interface DeviceUnderTest {
  readonly card: Card;
  readonly firmware: FirmwareFunction;
  readonly uid: number;
  advance(seconds: number): void;
  /** @param data the command's inbox, header included */
  command(inbox: Uint8Array, outLength: number): { trace: CommandTrace; outbox: Uint8Array };
  register(name: string, index?: Readonly<Record<string, number>>, access?: 'read' | 'write'): RegisterAnswer;
}

export interface RegisterAnswer {
  readonly status: number;
  readonly syndrome: number;
  readonly mutation: string | undefined;
  /** The register's data. */
  readonly bytes: Uint8Array;
  /** A field by its path in the register database. */
  field(path: string): number;
}

export interface DeviceOptions {
  readonly host?: string;
  readonly card?: number;
  readonly seed?: number;
  /** Changes the profile. */
  readonly edit?: (profile: CardProfile) => CardProfile;
}

export function makeDevice({
  host = 'gpu-a',
  card: at = 0,
  seed = 1,
  edit = (profile) => profile,
}: DeviceOptions = {}): DeviceUnderTest {
  const profile = edit(loadHostProfile(host).cards[at]!);
  const clock = createManualClock();
  const card = createCard(loadCardModel(profile.model), profile, clock, seed);
  const firmware = createFirmwareFunction(card, profile.functions[0]!, 0);
  const uid = firmware.uids.create(profile.functions[0]!.uctxCap)!;

  return { card, advance: (seconds) => clock.advanceSeconds(seconds), ...askingDevice(firmware, uid) };
}

/** Asks firmware in the name of a user context. */
export function askingDevice(firmware: FirmwareFunction, uid: number): Omit<DeviceUnderTest, 'card' | 'advance'> {
  function command(inbox: Uint8Array, outLength: number): { trace: CommandTrace; outbox: Uint8Array } {
    const outbox = new Uint8Array(outLength).fill(0xee);
    return { trace: firmware.execute(uid, inbox, outbox), outbox };
  }

  return {
    firmware,
    uid,
    command,
    register(name, index = {}, access = 'read') {
      const { id, layout, bytes: length } = registerByName(name)!;
      const inbox = accessRegister(id, length, access);
      for (const [path, value] of Object.entries(index)) setField(inbox.subarray(16), layout, path, value);
      const { trace, outbox } = command(inbox, 16 + length);
      const bytes = outbox.subarray(16);
      return {
        status: trace.status,
        syndrome: trace.syndrome,
        mutation: trace.mutation,
        bytes,
        field: (path) => Number(getField(bytes, layout, path)),
      };
    },
  };
}

export function accessRegister(id: number, length: number, access: 'read' | 'write'): Uint8Array {
  const inbox = new Uint8Array(16 + length);
  inbox.set([0x08, 0x05, 0, 0, 0, 0, 0, access === 'read' ? 1 : 0, 0, 0, id >>> 8, id & 0xff]);
  return inbox;
}

/** An inbox of 16 bytes. */
export function header(opcode: number, opMod = 0): Uint8Array {
  const inbox = new Uint8Array(16);
  inbox.set([opcode >>> 8, opcode & 0xff, 0, 0, 0, 0, opMod >>> 8, opMod & 0xff]);
  return inbox;
}
