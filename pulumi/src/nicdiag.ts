import { readFileSync } from 'node:fs';
import * as pulumi from '@pulumi/pulumi';
import { chartObjects } from './chartObjects.ts';
import type { ChartValues } from './generated/chartValues.ts';
import type { KubernetesObject } from './kubernetesObject.ts';
import { KubernetesResource } from './kubernetesResource.ts';
import type { Partially } from './mergeValues.ts';
import type { ChartRenderings } from './rendering.ts';

/** Any part of the chart's values; `image.registry` is the one that must be given. They must be known when the program
 * runs, because they decide which objects there are. */
export type NicdiagArgs = Partially<ChartValues>;

/** nicdiag in a cluster: the objects of the Helm chart of the same version, each a resource of its own.
 * @throws ArgumentError naming everything that is missing or wrong
 * @example
 *     const nicdiag = new Nicdiag('nicdiag', { image: { registry: 'registry.example/nicdiag' } }, { provider }); */
export class Nicdiag extends pulumi.ComponentResource {
  /** The namespace of operator and artifact server. */
  readonly systemNamespace: pulumi.Output<string>;
  /** The namespace of the agents. */
  readonly agentNamespace: pulumi.Output<string>;

  constructor(name: string, args: NicdiagArgs, options?: pulumi.ComponentResourceOptions) {
    super('nicdiag:index:Nicdiag', name, {}, options);
    const chart = builtRenderings();
    const objects = chartObjects(args, chart);
    // What others live in, or are of a kind of, comes before them.
    const first = objects.filter(isFoundation).map((object) => this.#create(name, object, []));
    for (const object of objects) if (!isFoundation(object)) this.#create(name, object, first);
    const { system, agent } = args.namespaces ?? {};
    this.systemNamespace = pulumi.output(system?.name ?? chart.defaults.namespaces.system.name);
    this.agentNamespace = pulumi.output(agent?.name ?? chart.defaults.namespaces.agent.name);
    this.registerOutputs({ systemNamespace: this.systemNamespace, agentNamespace: this.agentNamespace });
  }

  #create(name: string, object: KubernetesObject, dependsOn: pulumi.Resource[]): pulumi.Resource {
    const { kind, metadata } = object;
    const urn = [name, kind.toLowerCase(), metadata.namespace, metadata.name].filter(Boolean).join('-');
    return new KubernetesResource(urn, object, { parent: this, dependsOn, retainOnDelete: isKept(object) });
  }
}

function isFoundation({ kind }: KubernetesObject): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition' || kind === 'PriorityClass';
}

/** Kinds, evidence and what it lies in outlive the release, with Helm as with Pulumi. */
function isKept({ metadata }: KubernetesObject): boolean {
  const annotations = metadata['annotations'];
  return JSON.stringify(annotations ?? {}).includes('"helm.sh/resource-policy":"keep"');
}

/** What was printed when this package was built. */
function builtRenderings(): ChartRenderings {
  const file = new URL('./chart.json', import.meta.url);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file.pathname} cannot be read: this package was not built; "make pulumi" does it`, { cause });
  }
}
