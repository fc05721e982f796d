import { MLX5CTL_VERSIONS } from '../abi/mlx5ctlStructs.ts';
import { CORE_DUMP_SIZES, isCoreDumpSize } from '../firmware/memory/coreMemory.ts';
import { type Population, parsePopulation, USUAL_POPULATION } from '../firmware/objects/population.ts';
import type {
  CardProfile,
  ChannelProfile,
  FunctionProfile,
  HostProfile,
  NetdevProfile,
  PortProfile,
  SubfunctionProfile,
} from './profile.ts';
import { flag, list, matching, number, oneOf, optional, ProfileError, record, text } from './profileValues.ts';

/** @param where for messages */
export function parseHostProfile(value: unknown, where: string): HostProfile {
  const host = record(value, where);
  return {
    name: text(host['name'], `${where}: name`),
    description: text(host['description'] ?? '', `${where}: description`),
    platform: oneOf(host['platform'] ?? 'server', ['server', 'bluefield'], `${where}: platform`),
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
    ...optional(card, 'pcieWidth', number, where),
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
  const own = fn['ports'] === undefined ? undefined : parsePorts(fn['ports'], `${where}.ports`, ports);
  const state = oneOf(fn['state'] ?? 'running', ['running', 'recovery'], `${where}.state`);
  if (state === 'recovery') refuseInRecovery(fn, where);
  return {
    type: oneOf(fn['type'], ['PF', 'VF'], `${where}.type`),
    state,
    embeddedCpu: flag(fn['embeddedCpu'] ?? false, `${where}.embeddedCpu`),
    eswitchManager: flag(fn['eswitchManager'] ?? fn['type'] === 'PF', `${where}.eswitchManager`),
    pciAddress: matching(fn['pciAddress'], PCI_ADDRESS, `${where}.pciAddress`),
    bridge: matching(fn['bridge'], PCI_ADDRESS, `${where}.bridge`),
    numaNode: number(fn['numaNode'] ?? 0, `${where}.numaNode`),
    uctxCap: number(fn['uctxCap'] ?? 7, `${where}.uctxCap`),
    registers:
      registers === 'all'
        ? 'all'
        : list(registers, `${where}.registers`).map((name) => text(name, `${where}.registers`)),
    netdevs: list(fn['netdevs'] ?? [], `${where}.netdevs`).map((netdev, at) =>
      parseNetdev(netdev, `${where}.netdevs[${at}]`, own?.length ?? ports),
    ),
    subfunctions: list(fn['subfunctions'] ?? [], `${where}.subfunctions`).map((subfunction, at) =>
      parseSubfunction(subfunction, `${where}.subfunctions[${at}]`),
    ),
    ...(own === undefined ? {} : { ports: own }),
    objects: parseObjects(fn['objects'] ?? {}, fn['type'], `${where}.objects`),
    ...optional(fn, 'rdmaDevice', text, where),
    ...optional(fn, 'channel', parseChannel, where),
  };
}

/** A card without running firmware brings nothing but itself. */
function refuseInRecovery(fn: Record<string, unknown>, where: string): void {
  const more = ['channel', 'netdevs', 'rdmaDevice', 'subfunctions'].find((key) => fn[key] !== undefined);
  if (more !== undefined) throw new ProfileError(`${where}.${more}: a function in recovery has none`);
}

function parsePorts(value: unknown, where: string, ports: number): readonly number[] {
  const own = list(value, where).map((port) => number(port, where));
  if (own.length === 0) throw new ProfileError(`${where}: a function has a port at least`);
  if (own.some((port) => !(port >= 1 && port <= ports))) throw new ProfileError(`${where}: there is no such port`);
  return own;
}

function parseNetdev(value: unknown, where: string, ports: number): NetdevProfile {
  const netdev = record(value, where);
  const port = number(netdev['port'] ?? 1, `${where}.port`);
  if (port < 1 || port > ports) throw new ProfileError(`${where}.port: there is no such port`);
  return { name: text(netdev['name'], `${where}.name`), port, ...optional(netdev, 'physPortName', text, where) };
}

function parseSubfunction(value: unknown, where: string): SubfunctionProfile {
  const subfunction = record(value, where);
  return {
    index: number(subfunction['index'], `${where}.index`),
    sfnum: number(subfunction['sfnum'], `${where}.sfnum`),
    ...optional(subfunction, 'netdev', text, where),
    ...optional(subfunction, 'rdmaDevice', text, where),
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
