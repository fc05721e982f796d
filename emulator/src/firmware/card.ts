import type { CardProfile, FunctionProfile } from '../host/profile.ts';
import type { CardModel } from './cardModel.ts';
import { type CoreMemory, createCoreMemory, USUAL_DUMP_BYTES } from './memory/coreMemory.ts';
import type { Clock } from './state/clock.ts';
import { createHealthBuffer, type HealthBuffer } from './state/healthBuffer.ts';
import { createNvConfiguration, type NvConfiguration } from './state/nvConfiguration.ts';
import { createPort, type Port } from './state/port.ts';
import { between, createRandom, type Random } from './state/random.ts';
import { createRegisterStore, type RegisterStore } from './state/registerStore.ts';
import { createSensor, type Sensor } from './state/thermal.ts';
import { createTraffic, type Traffic } from './state/traffic.ts';

/** One ASIC with its ports: the state that all of its PCI functions share. */
export interface Card {
  readonly model: CardModel;
  readonly profile: CardProfile;
  readonly random: Random;
  /** The ports that a function has, in the order in which it counts them from 1; of the whole card all of them. */
  readonly ports: readonly Port[];
  /** All ports of the card: modules are counted over the whole of it. */
  readonly cages: readonly Port[];
  readonly sensors: readonly Sensor[];
  readonly traffic: Traffic;
  readonly stored: RegisterStore;
  readonly nvConfiguration: NvConfiguration;
  readonly health: HealthBuffer;
  /** Memory of the device itself, as core dumps show it. */
  readonly coreMemory: CoreMemory;
  /** @param bytes of a dump from now on */
  resizeCoreDump(bytes: number): void;
  /** What counters had counted when they were last cleared, by register and group. */
  readonly cleared: Map<string, ClearedCounters>;
  /** Since the device started, which is some days before the emulator did. */
  uptimeSeconds(): number;
  /** UTC, nanoseconds since 1970. */
  wallNs(): number;
}

export interface ClearedCounters {
  /** Uptime at the clear. */
  readonly atSeconds: number;
  readonly counters: Readonly<Record<string, number>>;
}

export function createCard(model: CardModel, profile: CardProfile, clock: Clock, seed: number): Card {
  const random = createRandom(seed ^ hashOf(profile.serialNumber));
  const bootedBefore = profile.uptimeSeconds ?? Math.floor(between(random, 'uptime', 86_400, 30 * 86_400));
  const uptimeSeconds = (): number => bootedBefore + clock.nowNs() / 1e9;
  const ports = profile.ports.map((port, at) => createPort(at + 1, port, uptimeSeconds, random));
  const sensors = [
    createSensor(
      { index: 0, name: 'asic', mean: model.asicTemperature, warning: 105, critical: 115 },
      uptimeSeconds,
      random,
    ),
    ...ports
      // A passive copper cable measures nothing.
      .filter((port) => port.profile.cable === 'optical')
      .map((port) =>
        createSensor(
          { index: 63 + port.number, name: `module${port.number - 1}`, mean: 44, warning: 75, critical: 80 },
          uptimeSeconds,
          random,
        ),
      ),
  ];
  const coreMemoryOf = (bytes: number): CoreMemory =>
    createCoreMemory(bytes, Math.floor(random('core memory') * 2 ** 31));
  let coreMemory: CoreMemory | undefined;
  return {
    model,
    profile,
    random,
    ports,
    cages: ports,
    sensors,
    traffic: createTraffic(random),
    stored: createRegisterStore(),
    nvConfiguration: createNvConfiguration(model, profile),
    health: createHealthBuffer(uptimeSeconds),
    get coreMemory() {
      coreMemory ??= coreMemoryOf(profile.coreDumpBytes ?? USUAL_DUMP_BYTES);
      return coreMemory;
    },
    resizeCoreDump(bytes) {
      coreMemory = coreMemoryOf(bytes);
    },
    cleared: new Map(),
    uptimeSeconds,
    wallNs: () => clock.wallStartNs + clock.nowNs(),
  };
}

/** The card as one function sees it: with its own ports. Everything else is shared. */
export function cardOf(card: Card, { ports }: FunctionProfile): Card {
  if (ports === undefined) return card;
  return {
    ...card,
    ports: ports.flatMap((number) => card.cages[number - 1] ?? []),
    // A core dump that is made larger is larger for all functions.
    get coreMemory() {
      return card.coreMemory;
    },
  };
}

/** Cards of one host differ though they share a seed. */
function hashOf(text: string): number {
  return [...text].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, 7);
}
