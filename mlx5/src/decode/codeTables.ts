import { readLayoutData } from '../prm/index.ts';

/** Number to words. */
export type CodeTable = Readonly<Record<string, string>>;

interface ProtocolBit {
  readonly name: string;
  readonly mbps: number | null;
}
interface PtysProtocols {
  readonly eth_proto_bits: Readonly<Record<string, ProtocolBit>>;
  readonly ext_eth_proto_bits: Readonly<Record<string, ProtocolBit>>;
  readonly ib_proto_bits: CodeTable;
  readonly ib_link_width_bits: CodeTable;
}

let pddr: Readonly<Record<string, CodeTable>> | undefined;
let ptys: PtysProtocols | undefined;

/** A table of PDDR's codes, e.g. `monitor_opcode`, `link_down_reason`. */
export function pddrCodes(table: string): CodeTable {
  pddr ??= readLayoutData('pddrCodes') as Readonly<Record<string, CodeTable>>;
  return pddr[table] ?? {};
}

/** Names of PTYS's protocol bits by bit number. */
export function protocolBits(table: keyof PtysProtocols): CodeTable {
  ptys ??= readLayoutData('ptysProtocols') as PtysProtocols;
  return Object.fromEntries(
    Object.entries(ptys[table]).map(([bit, entry]) => [bit, typeof entry === 'string' ? entry : entry.name]),
  );
}

/** Rates of the Ethernet protocol bits that are set, in Mb/s, highest first, each once. */
export function protocolRates(table: 'eth_proto_bits' | 'ext_eth_proto_bits', mask: number): readonly number[] {
  ptys ??= readLayoutData('ptysProtocols') as PtysProtocols;
  const rates = Object.entries(ptys[table])
    .filter(([bit]) => (mask >>> Number(bit)) & 1)
    // A reserved bit has no rate.
    .flatMap(([, { mbps }]) => (mbps === null ? [] : [mbps]));
  return [...new Set(rates)].sort((a, b) => b - a);
}

/** Names of the bits that are set in a mask, those without a name as `bit n`. */
export function bitNames(mask: number, names: CodeTable): string {
  const set: string[] = [];
  for (let bit = 0; bit < 32; bit += 1) {
    if ((mask >>> bit) & 1) set.push(names[bit] ?? `bit ${bit}`);
  }
  return set.length === 0 ? 'none' : set.join(', ');
}
