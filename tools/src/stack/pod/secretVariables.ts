import type { Cluster } from '../../cluster/cluster.ts';
import { readData } from './objectData.ts';
import type { PodTemplate } from './podTemplate.ts';

/** Values of a container's variables that come from Secrets, by the variables' names. Waits for the Secrets, as a Pod would.
 * @throws Error when a Secret has not the key, unless that is optional */
export async function readSecretVariables(
  cluster: Cluster,
  { namespace, container, workload }: PodTemplate,
  { signal }: { readonly signal: AbortSignal },
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, value } of container.env) {
    if (typeof value === 'string' || !('secret' in value)) continue;
    const data = await readData(cluster, `/api/v1/namespaces/${namespace}/secrets/${value.secret}`, signal);
    const encoded = data[value.key];
    if (encoded !== undefined) found[name] = Buffer.from(encoded, 'base64').toString('utf8');
    else if (!value.optional) throw new Error(`${workload}: Secret ${value.secret} has no key ${value.key}`);
  }
  return found;
}
