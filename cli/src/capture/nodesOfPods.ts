import { type KubeClient, type KubeObject, resource } from '@nicdiag/kube';
import { CommandError } from '../exitCodes.ts';

const PODS = resource<KubeObject & { readonly spec?: { readonly nodeName?: string } }>('v1', 'pods');

/** The nodes that Pods with these labels run on now.
 * @throws CommandError when none runs */
export async function nodesOfPods(
  client: KubeClient,
  namespace: string,
  labelSelector: string,
  options: { readonly signal: AbortSignal },
): Promise<string[]> {
  const { items } = await client.list(PODS, { namespace, labelSelector, ...options });
  const nodes = new Set(items.flatMap(({ spec }) => spec?.nodeName ?? []));
  if (nodes.size === 0) {
    throw new CommandError(`no Pod with ${labelSelector} in namespace ${namespace} is on a node`);
  }
  return [...nodes].sort();
}
