import {
  getField,
  NV_ACCESS_MODE,
  type NvClass,
  type NvPlace,
  nvSettingOf,
  nvSettings,
  nvType,
  STATUS,
} from '../prm/index.ts';
import { COMMANDS_ONLY, type CollectContext, type Collector, CollectorStop } from './collector.ts';
import type { Item } from './item.ts';
import { answerOf, type RegisterIndex, readRegister } from './itemReader.ts';
import { LIMITED_FUNCTION } from './limitedFunction.ts';
import { createRegisterSession, type RegisterSession, registerOf } from './registerSession.ts';
import type { NvConfigSpec, NvValues } from './spec.ts';

const MODES: Readonly<Record<NvValues, number>> = {
  NextBoot: NV_ACCESS_MODE.NEXT,
  Current: NV_ACCESS_MODE.CURRENT,
  Default: NV_ACCESS_MODE.FACTORY,
};

/** Asked for of a type whose length nobody knows: all that MNVDA can hold. */
const LONGEST = 256;
/** BAD_RES and NO_RESOURCES: the setting was never set, or cannot be told in this mode. Not an error [inferred from
 * mstconfig, which then takes the default]. */
const NOT_SET: readonly number[] = [STATUS.BAD_RES, 0xf];

const BYTES_A_SETTING = 4 * 600;

/** Reads the non-volatile configuration. Which settings there are is asked first (MNVQC). */
export function createNvConfig({ nvConfig = {} }: NvConfigSpec): Collector {
  const values = nvConfig.values ?? ['Current', 'NextBoot', 'Default'];

  function* collect(context: CollectContext): Generator<Item, void> {
    let answered = 0;
    const types = nvConfig.types?.map(Number) ?? (yield* everyType(createRegisterSession(context)));
    const modes: readonly NvValues[] = yield* modesThere(context, values);
    for (const type of types) {
      const known = nvSettingOf(type)?.setting;
      const query: Item | undefined = yield* read(context, 'MNVQC', { type });
      // Any other trouble says nothing about what this host may read.
      if (query !== undefined && query.outcome !== 'absent' && !isNotSet(query)) answered += 1;
      if (query === undefined || !isReadable(query)) continue;
      // What a card can is the same in every mode.
      const asked: readonly NvValues[] = known?.capability === true ? ['NextBoot'] : modes;
      for (const mode of asked) yield* read(context, 'MNVDA', dataIndex(type, mode, known?.bytes ?? LONGEST));
    }
    if (answered === 0) throw unsupported(context, types.length);
  }

  return {
    type: 'NvConfig',
    impact: 'ReadOnly',
    needs: COMMANDS_ONLY,
    estimate() {
      // Of a card with two ports.
      const named = nvSettings().reduce((sum, setting) => sum + (setting.class === 'physical_port' ? 2 : 1), 0);
      const count = nvConfig.types?.length ?? named;
      return { commands: 2 + count * (1 + values.length), bytes: count * BYTES_A_SETTING };
    },
    collect,
  };
}

/** All settings with a name, of the card, of each of its ports, of the function that asks. */
function* everyType(session: RegisterSession): Generator<Item, readonly number[]> {
  const count: number | undefined = yield* session.general('num_ports');
  const ports = Array.from({ length: Math.max(1, count ?? 1) }, (_, at): NvPlace => ({ port: at + 1 }));
  const places: Readonly<Record<NvClass, readonly NvPlace[]>> = {
    global: [{}],
    physical_port: ports,
    per_host_pf: [{ function: 0 }],
  };
  return nvSettings().flatMap((setting) => places[setting.class].map((place) => nvType(setting, place)));
}

/** Firmware says (MNVGC) whether it can tell the values in force and those as delivered; where it does not say, they are
 * asked for. */
function* modesThere(context: CollectContext, wanted: readonly NvValues[]): Generator<Item, readonly NvValues[]> {
  const item: Item | undefined = yield* read(context, 'MNVGC', {});
  const answer = item && answerOf(item);
  if (answer === undefined) return wanted;
  const has = (field: string): boolean => Number(getField(answer, 'mnvgc_reg_ext', field)) === 1;
  const there: Readonly<Record<NvValues, boolean>> = {
    NextBoot: true,
    Current: has('nvda_read_current_settings'),
    Default: has('nvda_read_factory_settings'),
  };
  return wanted.filter((mode) => there[mode]);
}

function isReadable(query: Item): boolean {
  const answer = answerOf(query);
  return answer !== undefined && Number(getField(answer, 'mnvqc_reg_ext', 'support_rd')) === 1;
}

function dataIndex(type: number, mode: NvValues, length: number): RegisterIndex {
  return {
    'configuration_item_header.type': type,
    'configuration_item_header.access_mode': MODES[mode],
    'configuration_item_header.length': length,
  };
}

/** @returns the item, also that of an earlier run, with its own copy of the answer */
function* read(context: CollectContext, name: string, index: RegisterIndex): Generator<Item, Item | undefined> {
  let seen: Item | undefined;
  const observe = (item: Item): void => {
    seen = { ...item, frames: item.frames.map((frame) => ({ ...frame, outbox: frame.outbox.slice() })) };
  };
  for (const item of readRegister(context, registerOf(name), index, { probe: true, observe })) {
    yield isNotSet(item) ? { ...item, outcome: 'absent' } : item;
  }
  return seen;
}

function isNotSet({ outcome, frames }: Item): boolean {
  const last = frames.at(-1);
  return outcome === 'refused' && last !== undefined && NOT_SET.includes(last.status);
}

function unsupported({ device }: CollectContext, asked: number): CollectorStop {
  return new CollectorStop(
    'Unsupported',
    `${device.pciAddress} (${device.model} ${device.function}) tells this host nothing of its configuration: ` +
      `${asked} settings were asked for. ${LIMITED_FUNCTION}`,
  );
}
