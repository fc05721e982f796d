import { API_VERSION, NODE_CLAIMS, nicDeviceName, RESOURCES } from '@nicdiag/api';
import { type KubeClient, type KubeObject, resource } from '@nicdiag/kube';
import { type Check, dryCreate, refusedRead } from './check.ts';

interface SelfSubjectReview extends KubeObject {
  status?: { userInfo?: { username?: string; extra?: Readonly<Record<string, readonly string[]>> } };
}
const selfSubjectReviews = resource<SelfSubjectReview>('authentication.k8s.io/v1', 'selfsubjectreviews');

const DEVICES = `/apis/${API_VERSION}/${RESOURCES.NicDevice.plural}`;
/** No NIC has it: buses are numbered from 0. */
const ADDRESS = 'ffff:ff:1f.7';

/** That an agent can speak for its own node and for no other. To be run with the agents' ServiceAccount, in a Pod. */
export function agentChecks(client: KubeClient): Check[] {
  const node = async (signal: AbortSignal): Promise<{ readonly name: string; readonly uid: string }> => {
    const { status } = await client.create(selfSubjectReviews, { metadata: {} }, { signal });
    const extra = status?.userInfo?.extra;
    const [name = '', uid = ''] = [extra?.[NODE_CLAIMS.name]?.[0], extra?.[NODE_CLAIMS.uid]?.[0]];
    if (name === '' || uid === '')
      throw new Error(
        `the token of ${status?.userInfo?.username ?? 'this Pod'} does not say its node: Kubernetes 1.32 or later is needed`,
      );
    return { name, uid };
  };
  const device = (nodeName: string, owner: { readonly name: string; readonly uid: string }): object => ({
    apiVersion: API_VERSION,
    kind: 'NicDevice',
    metadata: {
      name: nicDeviceName(nodeName, ADDRESS),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', ...owner }],
    },
    spec: { nodeName, pciAddress: ADDRESS },
  });
  return [
    { title: 'an agent’s token says which node it is of', run: async ({ signal }) => void (await node(signal)) },
    {
      title: 'an agent may write a device of its own node',
      async run({ signal }) {
        const own = await node(signal);
        await dryCreate(client, DEVICES, device(own.name, own), 'admitted', { signal });
      },
    },
    {
      title: 'an agent may not write a device of another node',
      async run({ signal }) {
        const own = await node(signal);
        const verdict = { refusedBy: 'nicdiag-agent-own-node' };
        await dryCreate(client, DEVICES, device(`not-${own.name}`.slice(0, 200), own), verdict, { signal });
      },
    },
    {
      title: 'an agent reads no Secrets',
      run: (options) => refusedRead(client, '/api/v1/secrets', 'secrets', options),
    },
  ];
}
