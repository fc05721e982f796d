import { API_VERSION } from '@nicdiag/api';
import { UsageError } from '../exitCodes.ts';
import { collectorsOf } from './collectorFlags.ts';
import type { CaptureDraft } from './readCaptureFile.ts';

/** The flags of `capture` that describe one, in place of a file. */
export interface CaptureFlags {
  readonly node?: readonly string[];
  readonly nodeSelector?: string;
  readonly device?: readonly string[];
  readonly collector?: readonly string[];
  readonly impact?: string;
  readonly deadline?: string;
  readonly maxNodes?: string;
}

const PCI_ADDRESS = /^(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i;

/** A capture as its flags describe it. Without a name the API server makes one.
 * @param nodeNames nodes beside those that `--node` names
 * @throws UsageError */
export function captureFromFlags(
  name: string | undefined,
  namespace: string,
  flags: CaptureFlags,
  nodeNames: readonly string[] = [],
): CaptureDraft {
  const { nodeSelector, device = [], collector = [], impact, deadline, maxNodes } = flags;
  const nodes = [...new Set([...(flags.node ?? []), ...nodeNames])];
  if (nodes.length === 0 && nodeSelector === undefined) {
    throw new UsageError('which nodes? Name some with --node, --node-selector or --pod-selector');
  }
  if (nodes.length > 0 && nodeSelector !== undefined) {
    throw new UsageError('--node-selector goes with neither --node nor --pod-selector');
  }
  return {
    apiVersion: API_VERSION,
    kind: 'DiagnosticCapture',
    metadata: name === undefined ? { generateName: 'capture-', namespace } : { name, namespace },
    spec: {
      target: {
        ...(nodeSelector === undefined ? { nodeNames: nodes } : { nodeSelector: selectorOf(nodeSelector) }),
        ...(device.length > 0 && { devices: devicesOf(device) }),
      },
      collectors: collectorsOf(collector),
      ...(impact !== undefined && { impact }),
      ...(deadline !== undefined && { deadline }),
      ...(maxNodes !== undefined && { parallelism: { maxNodes: numberOf('--max-nodes', maxNodes) } }),
    },
    // What is left out gets its default from the API server.
  } as unknown as CaptureDraft;
}

type Expression = { readonly key: string; readonly operator: string; readonly values?: readonly string[] };

/** Reads a label selector as kubectl takes it: `pool=h200,zone in (a,b),!spare`.
 * @throws UsageError */
export function selectorOf(text: string): {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly Expression[];
} {
  const labels: Record<string, string> = {};
  const expressions: Expression[] = [];
  // Commas separate requirements, but not those within parentheses.
  for (const part of text.split(/,(?![^(]*\))/).map((each) => each.trim())) {
    const equal = /^([^\s!=()]+)\s*==?\s*([^\s=()]*)$/.exec(part);
    const different = /^([^\s!=()]+)\s*!=\s*([^\s=()]*)$/.exec(part);
    const set = /^([^\s!=()]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(part);
    const exists = /^(!?)\s*([^\s!=(),]+)$/.exec(part);
    if (equal !== null) labels[equal[1] ?? ''] = equal[2] ?? '';
    else if (different !== null) {
      expressions.push({ key: different[1] ?? '', operator: 'NotIn', values: [different[2] ?? ''] });
    } else if (set !== null) {
      const values = (set[3] ?? '').split(',').map((value) => value.trim());
      expressions.push({ key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values });
    } else if (exists !== null) {
      expressions.push({ key: exists[2] ?? '', operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists' });
    } else throw new UsageError(`--node-selector: "${part}" is no requirement; e.g. pool=h200, zone in (a,b), !spare`);
  }
  return {
    ...(Object.keys(labels).length > 0 && { matchLabels: labels }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}

/** PCI addresses, RDMA devices (`mlx5_0`) and interfaces, told apart by their looks. */
function devicesOf(names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const of = (kind: string): string[] => names.filter((name) => kindOf(name) === kind);
  const pciAddresses = of('pci').map((name) => (name.length > 7 ? name : `0000:${name}`).toLowerCase());
  const found = { pciAddresses, rdmaDevices: of('rdma'), interfaces: of('interface') };
  return Object.fromEntries(Object.entries(found).filter(([, values]) => values.length > 0));
}

function kindOf(name: string): 'pci' | 'rdma' | 'interface' {
  if (PCI_ADDRESS.test(name)) return 'pci';
  return /^(mlx5|rocep|ibp)/.test(name) ? 'rdma' : 'interface';
}

function numberOf(flag: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`${flag} must be a number, not ${text}`);
}
