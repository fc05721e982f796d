import { type NodeCapture, nodeCaptureName, RESOURCES } from '@nicdiag/api';
import { ArtifactError, type CaptureIdentity, type CaptureLedger } from '@nicdiag/artifacts';
import { type KubeClient, resource } from '@nicdiag/kube';
import { createExpiringCache } from '../auth/expiringCache.ts';

const NODE_CAPTURES = resource<NodeCapture>(RESOURCES.NodeCapture.apiVersion, RESOURCES.NodeCapture.plural);
const KNOWN_MS = 60_000;

/** Whether a capture asked anything of a node: there is a NodeCapture, or the node has filed something already
 * (NodeCaptures go an hour after the seal, and late evidence is still taken).
 * @throws ArtifactError `NotTargeted` */
export type RequireTarget = (capture: CaptureIdentity, node: string) => Promise<void>;

export function createRequireTarget(client: KubeClient, ledger: CaptureLedger): RequireTarget {
  const cache = createExpiringCache<boolean>(20_000);
  const isTarget = async ({ namespace, name, uid }: CaptureIdentity, node: string): Promise<boolean> => {
    const found = await client.find(NODE_CAPTURES, { namespace, name: nodeCaptureName(name, uid, node) });
    if (found?.spec.nodeName === node && found.spec.capture.uid === uid) return true;
    const { blobs, manifests } = await ledger.node(uid, node);
    return blobs.size + manifests.size > 0;
  };
  return async (capture, node) => {
    const ask = () => isTarget(capture, node);
    // A refusal does not hold: the NodeCapture may have been made a moment ago.
    if (await cache.get(`${capture.uid} ${node}`, ask, (known) => (known ? KNOWN_MS : 0))) return;
    throw new ArtifactError(
      'NotTargeted',
      `capture ${capture.namespace}/${capture.name} asked nothing of node ${node}: there is no NodeCapture for it`,
    );
  };
}
