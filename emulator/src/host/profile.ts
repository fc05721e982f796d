import { readFileSync } from 'node:fs';
import { MLX5CTL_VERSIONS, type Mlx5ctlVersion } from '../abi/mlx5ctlStructs.ts';
import { CORE_DUMP_SIZES, isCoreDumpSize } from '../firmware/memory/coreMemory.ts';
import { type Population, parsePopulation, USUAL_POPULATION } from '../firmware/objects/population.ts';

/** A host: `emulator/profiles/<name>.json`, or a file of one's own. The README describes every field. */
export interface HostProfile {
  readonly name: string;
  readonly description: string;
  readonly cards: readonly CardProfile[];
}

export interface CardProfile {
  /** Name of a file in `emulator/models`, without its ending. */
  readonly model: string;
  readonly serialNumber: string;
  /** First of the card's MAC addresses, `b8:3f:d2:00:00:10`. */
  readonly baseMac: string;
  /** Overrides of the model. */
  readonly firmwareVersion?: string;
  readonly psid?: string;
  /** Default: some days, from the seed. */
  readonly uptimeSeconds?: number;
  /** Size of a core dump, a multiple of 8 up to 600 MiB. Default: that of a real device, 831,304. */
  readonly coreDumpBytes?: number;
  /** Generation of SerDes: 1 28 nm, 3 16 nm, 4 7 nm, 5 5 nm, 6 newer. Default: that of the model. */
  readonly serdesVersion?: number;
  /** NUM_OF_VFS from the next reset on, when somebody has set it anew. */
  readonly nextBootVfs?: number;
  readonly ports: readonly PortProfile[];
  readonly functions: readonly FunctionProfile[];
}

export interface PortProfile {
  /** A name of linkModes.ts, e.g. `400G-4x`. */
  readonly mode: string;
  /** `down`: the partner does not answer, or there is no cable. */
  readonly link: 'up' | 'down';
  readonly cable: 'optical' | 'copper' | 'none';
  /** Mean share of the line rate. */
  readonly utilisation: number;
  /** Mean bit error ratio before FEC. */
  readonly rawBer: number;
  /** And after it; 0 for a link without errors. */
  readonly effectiveBer: number;
  readonly linkDownEvents?: number;
}

export interface FunctionProfile {
  readonly type: 'PF' | 'VF';
  /** `0000:03:00.0`. */
  readonly pciAddress: string;
  /** The bridge above it, `0000:00:01.0`. */
  readonly bridge: string;
  readonly numaNode: number;
  /** The debug channel; without one the function has no node in /dev. */
  readonly channel?: ChannelProfile;
  /** cmd_hca_cap.uctx_cap: 1 RAW_TX, 2 INTERNAL_DEVICE_RESOURCES, 4 TOOLS_RESOURCES. */
  readonly uctxCap: number;
  /** Registers that firmware lets this function read; the others are refused with BAD_SYS_STATE. */
  readonly registers: 'all' | readonly string[];
  readonly netdevs: readonly { readonly name: string; readonly port: number }[];
  readonly rdmaDevice?: string;
  /** How much programs and drivers have made on it. */
  readonly objects: Population;
}

export interface ChannelProfile {
  readonly kind: 'mlx5ctl' | 'fwctl';
  readonly number: number;
  /** Version of mlx5ctl; default V4. */
  readonly abi?: Mlx5ctlVersion;
}

export class ProfileError extends Error {
  readonly code = 'ERR_HOST_PROFILE';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProfileError';
  }
}

/** @param nameOrFile `gpu-a`, or a path that ends in `.json`
 * @throws ProfileError that says what is wrong in the file */
export function loadHostProfile(nameOrFile: string): HostProfile {
  const file = nameOrFile.endsWith('.json')
    ? nameOrFile
    : new URL(`../../profiles/${nameOrFile}.json`, import.meta.url);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ProfileError(`cannot read host profile "${nameOrFile}"; \`profiles\` lists the built-in ones`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProfileError(`host profile "${nameOrFile}" is not JSON`, { cause });
  }
  return parseHostProfile(value, nameOrFile);
}

/** @param where for messages */
export function parseHostProfile(value: unknown, where: string): HostProfile {
  const host = record(value, where);
  return {
    name: text(host['name'], `${where}: name`),
    description: text(host['description'] ?? '', `${where}: description`),
    cards: list(host['cards'], `${where}: cards`).map((card, at) => parseCard(card, `${where}: cards[${at}]`)),
  };
}

function parseCard(value: unknown, where: string): CardProfile {
  const card = record(value, where);
  const ports = list(card['ports'], `${where}.ports`).map((port, at) => parsePort(port, `${where}.ports[${at}]`));
  const functions = list(card['functions'], `${where}.functions`).map((fn, at) =>
    parseFunction(fn, `${where}.functions[${at}]`, ports.length),
  );
  if (ports.length === 0 || functions.length === 0) throw new ProfileError(`${where} needs a port and a function`);
  return {
    model: text(card['model'], `${where}.model`),
    serialNumber: text(card['serialNumber'], `${where}.serialNumber`),
    baseMac: matching(card['baseMac'], /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, `${where}.baseMac`),
    ports,
    functions,
    ...optional(card, 'firmwareVersion', text, where),
    ...optional(card, 'psid', text, where),
    ...optional(card, 'uptimeSeconds', number, where),
    ...optional(card, 'coreDumpBytes', parseCoreDumpBytes, where),
    ...optional(card, 'serdesVersion', number, where),
    ...optional(card, 'nextBootVfs', number, where),
  };
}

function parseCoreDumpBytes(value: unknown, where: string): number {
  if (isCoreDumpSize(value)) return value;
  throw new ProfileError(`${where}: ${CORE_DUMP_SIZES} is expected`);
}

function parsePort(value: unknown, where: string): PortProfile {
  const port = record(value, where);
  return {
    mode: text(port['mode'], `${where}.mode`),
    link: oneOf(port['link'], ['up', 'down'], `${where}.link`),
    cable: oneOf(port['cable'], ['optical', 'copper', 'none'], `${where}.cable`),
    utilisation: number(port['utilisation'] ?? 0, `${where}.utilisation`),
    rawBer: number(port['rawBer'] ?? 0, `${where}.rawBer`),
    effectiveBer: number(port['effectiveBer'] ?? 0, `${where}.effectiveBer`),
    ...optional(port, 'linkDownEvents', number, where),
  };
}

const PCI_ADDRESS = /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;

function parseFunction(value: unknown, where: string, ports: number): FunctionProfile {
  const fn = record(value, where);
  const registers = fn['registers'] ?? 'all';
  return {
    type: oneOf(fn['type'], ['PF', 'VF'], `${where}.type`),
    pciAddress: matching(fn['pciAddress'], PCI_ADDRESS, `${where}.pciAddress`),
    bridge: matching(fn['bridge'], PCI_ADDRESS, `${where}.bridge`),
    numaNode: number(fn['numaNode'] ?? 0, `${where}.numaNode`),
    uctxCap: number(fn['uctxCap'] ?? 7, `${where}.uctxCap`),
    registers:
      registers === 'all'
        ? 'all'
        : list(registers, `${where}.registers`).map((name) => text(name, `${where}.registers`)),
    netdevs: list(fn['netdevs'] ?? [], `${where}.netdevs`).map((netdev, at) => {
      const { name, port } = record(netdev, `${where}.netdevs[${at}]`);
      const portNumber = number(port ?? 1, `${where}.netdevs[${at}].port`);
      if (portNumber < 1 || portNumber > ports)
        throw new ProfileError(`${where}.netdevs[${at}].port: there is no such port`);
      return { name: text(name, `${where}.netdevs[${at}].name`), port: portNumber };
    }),
    objects: parseObjects(fn['objects'] ?? {}, fn['type'], `${where}.objects`),
    ...optional(fn, 'rdmaDevice', text, where),
    ...optional(fn, 'channel', parseChannel, where),
  };
}

function parseObjects(value: unknown, type: unknown, where: string): Population {
  const usual = type === 'PF' ? USUAL_POPULATION : { ...USUAL_POPULATION, cores: VF_CORES };
  try {
    return parsePopulation(value, usual);
  } catch (cause) {
    throw new ProfileError(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A virtual function serves a guest of so many processors. */
const VF_CORES = 2;

function parseChannel(value: unknown, where: string): ChannelProfile {
  const channel = record(value, where);
  const kind = oneOf(channel['kind'], ['mlx5ctl', 'fwctl'], `${where}.kind`);
  if (kind === 'fwctl' && channel['abi'] !== undefined) throw new ProfileError(`${where}.abi: fwctl has one version`);
  return {
    kind,
    number: number(channel['number'], `${where}.number`),
    ...optional(channel, 'abi', (abi, at) => oneOf(abi, MLX5CTL_VERSIONS, at), where),
  };
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ProfileError(`${where}: an object is expected`);
  return value as Record<string, unknown>;
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new ProfileError(`${where}: a list is expected`);
  return value;
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new ProfileError(`${where}: text is expected`);
  return value;
}

function number(value: unknown, where: string): number {
  if (typeof value !== 'number' || !(value >= 0)) throw new ProfileError(`${where}: a number from 0 up is expected`);
  return value;
}

function matching(value: unknown, pattern: RegExp, where: string): string {
  if (!pattern.test(text(value, where)))
    throw new ProfileError(`${where}: "${String(value)}" does not match ${pattern}`);
  return String(value);
}

function oneOf<T extends string>(value: unknown, choices: readonly T[], where: string): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new ProfileError(`${where}: one of ${choices.join(', ')} is expected`);
  return choice;
}

function optional<K extends string, V>(
  source: Record<string, unknown>,
  key: K,
  parse: (value: unknown, where: string) => V,
  where: string,
): { [P in K]?: V } {
  return source[key] === undefined ? {} : ({ [key]: parse(source[key], `${where}.${key}`) } as { [P in K]?: V });
}
