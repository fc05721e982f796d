/** A node as one asks for it. */
export interface NodeSpec {
  readonly name: string;
  /** The emulated host that it is, a profile's name; undefined: it has no NICs.
   * @default none */
  readonly profile?: string | undefined;
  /** Of the emulated host's values.
   * @default the number of the node */
  readonly seed?: number;
  /** Labels that somebody gives the Node once it is there, as Node Feature Discovery does.
   * @default those of a node with a Mellanox device, where it has a profile */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Profiles of the emulator with which a cluster begins. */
const PROFILES = ['gpu-a', 'gpu-b', 'gpu-c'] as const;

/** Node Feature Discovery's word for a node with a Mellanox device, and the pool that examples ask for. */
const HAS_NICS = { 'feature.node.kubernetes.io/pci-15b3.present': 'true', pool: 'h200' };

/** Nodes gpu-a, gpu-b, gpu-c … with NICs; from the fourth on the hosts come again, with other values.
 * @param count from 1 to 26 */
export function nodeSpecs(count: number): NodeSpec[] {
  if (!Number.isInteger(count) || count < 1 || count > 26) throw new RangeError(`1 to 26 nodes, not ${count}`);
  return Array.from({ length: count }, (_, index) => ({
    name: `gpu-${String.fromCharCode('a'.charCodeAt(0) + index)}`,
    profile: PROFILES[index % PROFILES.length],
  }));
}

export function labelsOf({ profile, labels }: NodeSpec): Readonly<Record<string, string>> {
  return labels ?? (profile === undefined ? {} : HAS_NICS);
}
