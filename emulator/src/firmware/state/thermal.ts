import { between, type Random } from './random.ts';

export interface Sensor {
  /** sensor_index of MTMP: 0 is the ASIC, 64 and up are modules. */
  readonly index: number;
  /** Up to 8 characters. */
  readonly name: string;
  /** °C now. */
  temperature(): number;
  /** Highest temperature since the last reset, °C. */
  highest(): number;
  resetHighest(): void;
  readonly warning: number;
  readonly critical: number;
}

const SLOW_PERIOD = 900;
const FAST_PERIOD = 61;

/** @param seconds since the device started */
export function createSensor(
  description: {
    readonly index: number;
    readonly name: string;
    readonly mean: number;
    readonly warning: number;
    readonly critical: number;
  },
  seconds: () => number,
  random: Random,
): Sensor {
  const { index, name, mean, warning, critical } = description;
  const swing = between(random, `${name} swing`, 1.5, 4);
  const phase = between(random, `${name} phase`, 0, 2 * Math.PI);
  const at = (time: number): number =>
    mean +
    swing * Math.sin((2 * Math.PI * time) / SLOW_PERIOD + phase) +
    0.5 * Math.sin((2 * Math.PI * time) / FAST_PERIOD);
  let highest = Number.NEGATIVE_INFINITY;
  let sampledUntil = Math.max(0, Math.floor(seconds()) - SLOW_PERIOD);

  return {
    index,
    name,
    warning,
    critical,
    temperature: () => at(seconds()),
    highest() {
      const now = Math.floor(seconds());
      // The drift repeats itself: more than its period never has to be sampled.
      for (let time = Math.max(sampledUntil, now - SLOW_PERIOD); time <= now; time++)
        highest = Math.max(highest, at(time));
      sampledUntil = now;
      highest = Math.max(highest, at(seconds()));
      return highest;
    },
    resetHighest() {
      highest = at(seconds());
      sampledUntil = Math.ceil(seconds());
    },
  };
}
