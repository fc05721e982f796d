import { refuse } from '../status.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** Temperatures (reference 12.2). */
export const thermalRegisters: readonly RegisterRow[] = [
  {
    name: 'MTCAP',
    read: ({ card }) => ({
      sensor_count: card.sensors.length,
      internal_sensor_count: 1,
      // sensor_map has one bit a sensor, 64 in all: modules (sensor_index 64 and up) do not fit in it.
      sensor_map: card.sensors.filter(({ index }) => index < 64).reduce((map, { index }) => map + 2 ** index, 0),
    }),
  },
  {
    name: 'MTMP',
    writable: true,
    harmless: ['sdme', 'weme'],
    checks: { sensor_index: (value, { card }) => card.sensors.some(({ index }) => index === value) },
    read: (access) => {
      const sensor = sensorOf(access);
      if (sensor === undefined) return refuse('BAD_PARAM', 'MTMP sensor');
      const values = {
        temperature: eighths(sensor.temperature()),
        max_temperature: eighths(sensor.highest()),
        mte: 1,
        temperature_threshold_hi: eighths(sensor.critical),
        temperature_threshold_lo: eighths(sensor.warning),
        sensor_name_hi: fourLetters(sensor.name.slice(0, 4)),
        sensor_name_lo: fourLetters(sensor.name.slice(4, 8)),
      };
      if (access.field('mtr') === 1) sensor.resetHighest();
      return values;
    },
    wrote: (access) => {
      if (access.field('mtr') === 1) sensorOf(access)?.resetHighest();
      return undefined;
    },
  },
  {
    name: 'MVCAP',
    read: () => ({ sensor_map: 0b11 }),
  },
  {
    name: 'MVCR',
    checks: { sensor_index: (value) => value < 2 },
    read: ({ card, field }) => {
      const core = field('sensor_index') === 0;
      const ripple = Math.round(20 * Math.sin(card.uptimeSeconds() / 17));
      return {
        volt_cap: 1,
        curr_cap: 1,
        // Millivolts and milliamperes [inferred].
        voltage_sensor_value: (core ? 800 : 3300) + Math.round(ripple / 10),
        current_sensor_value: (core ? 21_000 : 5200) + ripple,
        sensor_name: 0,
      };
    },
  },
];

function sensorOf({ card, field }: RegisterAccess): RegisterAccess['card']['sensors'][number] | undefined {
  const wanted = field('sensor_index');
  return card.sensors.find(({ index }) => index === wanted);
}

/** °C in eighths, two's complement. */
function eighths(celsius: number): number {
  return Math.round(celsius * 8) & 0xffff;
}

function fourLetters(text: string): number {
  return [...text.padEnd(4, '\0')].reduce((word, letter) => word * 256 + letter.charCodeAt(0), 0);
}
