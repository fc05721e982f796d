import type { PodTemplate } from './podTemplate.ts';

/** A node that Pods can be put on. */
export interface PlacementNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Placement {
  /** The Pod's name: with the node's in it, or counted. */
  readonly name: string;
  readonly nodeName: string;
}

/** Which Pods a workload has: a DaemonSet one on each node that its selector matches, a Deployment its replicas, all on
 * the first such node. Tolerations and affinities are not looked at.
 * @throws Error when a Deployment has no node */
export function placePods(template: PodTemplate, nodes: readonly PlacementNode[]): Placement[] {
  const { kind, workload, replicas, nodeSelector } = template;
  const matching = nodes.filter(({ labels }) =>
    Object.entries(nodeSelector).every(([key, value]) => labels[key] === value),
  );
  if (kind === 'DaemonSet') return matching.map(({ name }) => ({ name: `${workload}-${name}`, nodeName: name }));
  const [first] = matching;
  if (first === undefined && replicas > 0)
    throw new Error(`Deployment ${workload} has no node; it asks for ${JSON.stringify(nodeSelector)}`);
  return Array.from({ length: replicas }, (_, index) => ({
    name: `${workload}-${index}`,
    nodeName: first?.name ?? '',
  }));
}
