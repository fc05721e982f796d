import { characters } from '../fieldTexts.ts';
import type { ModuleBytes } from './moduleBytes.ts';
import { familyOf, IDENTIFIERS, type ModuleFamily, type Place } from './moduleFamilies.ts';

/** What a module's memory says; absent what it has not, or what was not read. */
export interface ModuleFacts {
  /** e.g. `OSFP`. */
  readonly identifier: string;
  /** e.g. `CMIS 5.0`; absent for an identifier of no known family. */
  readonly memoryMap?: string;
  readonly vendorName?: string;
  readonly partNumber?: string;
  readonly revision?: string;
  readonly serialNumber?: string;
  /** As the vendor wrote it: YYMMDD and a lot. */
  readonly dateCode?: string;
  /** `major.minor`. */
  readonly firmware?: string;
  /** °C. */
  readonly temperature?: number;
  /** V. */
  readonly voltage?: number;
  /** mW, by lane; all 0 where the module does not measure. */
  readonly rxPower?: readonly number[];
  readonly txPower?: readonly number[];
  /** mA, by lane. */
  readonly txBias?: readonly number[];
}

type Texts = 'vendorName' | 'partNumber' | 'revision' | 'serialNumber' | 'dateCode';

/** Units: 1/256 °C signed, 100 µV, 0.1 µW, 2 µA. */
const SCALE = { temperature: 256, voltage: 10_000, power: 10_000, bias: 500 } as const;

/** @returns undefined when not even the module's first byte was read */
export function moduleFacts(memory: ModuleBytes): ModuleFacts | undefined {
  const identity = memory.read(0, 0, 2);
  const [identifier, version] = [identity?.[0], identity?.[1]];
  if (identifier === undefined || version === undefined) return undefined;
  const name = IDENTIFIERS[identifier] ?? `unknown (0x${identifier.toString(16).padStart(2, '0')})`;
  const family = familyOf(identifier);
  if (family === undefined) return { identifier: name };
  return {
    identifier: name,
    memoryMap: family.memoryMap(version),
    ...textFacts(memory, family),
    ...firmwareFact(memory, family),
    ...measured(memory, family),
  };
}

function textFacts(memory: ModuleBytes, { texts }: ModuleFamily): Pick<ModuleFacts, Texts> {
  const facts: { -readonly [K in Texts]?: string } = {};
  for (const [name, place] of Object.entries(texts) as [Texts, Place][]) {
    const bytes = readPlace(memory, place);
    const text = bytes && characters([...bytes], 1)?.trim();
    if (text !== undefined && text !== '') facts[name] = text;
  }
  return facts;
}

function firmwareFact(memory: ModuleBytes, { firmware }: ModuleFamily): Pick<ModuleFacts, 'firmware'> {
  const bytes = firmware && readPlace(memory, firmware);
  // 0.0 and 0xff.0xff are what copper and modules without a version say.
  if (bytes === undefined || bytes.every((byte) => byte === 0) || bytes.every((byte) => byte === 0xff)) return {};
  return { firmware: `${bytes[0]}.${bytes[1]}` };
}

function measured(memory: ModuleBytes, family: ModuleFamily): Partial<ModuleFacts> {
  const temperature = words(memory, family.temperature)?.[0];
  const voltage = words(memory, family.voltage)?.[0];
  const lanes = (place: Place, scale: number) => words(memory, place)?.map((word) => word / scale);
  const rxPower = lanes(family.rxPower, SCALE.power);
  const txPower = lanes(family.txPower, SCALE.power);
  const txBias = lanes(family.txBias, SCALE.bias);
  return {
    ...(temperature === undefined ? {} : { temperature: ((temperature << 16) >> 16) / SCALE.temperature }),
    ...(voltage === undefined ? {} : { voltage: voltage / SCALE.voltage }),
    ...(rxPower && { rxPower }),
    ...(txPower && { txPower }),
    ...(txBias && { txBias }),
  };
}

function words(memory: ModuleBytes, place: Place): readonly number[] | undefined {
  const bytes = readPlace(memory, place);
  return (
    bytes && Array.from({ length: bytes.length / 2 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0))
  );
}

function readPlace(memory: ModuleBytes, { page = 0, start, length, i2cAddress }: Place): Uint8Array | undefined {
  return memory.read(page, start, length, i2cAddress);
}
