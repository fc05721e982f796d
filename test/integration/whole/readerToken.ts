import type { Stack } from '@nicdiag/tools';
import { untilAllowed } from '../policies/untilAllowed.ts';

/** The token of a user of the artifact server: it takes bearer tokens of its own audience from whoever may read
 * artifacts. */
export async function readerToken({ kubectl, cluster }: Stack): Promise<string> {
  const account = { namespace: 'default', serviceAccount: 'default' };
  const binding = ['clusterrolebinding', 'reader', '--clusterrole=nicdiag-edit', '--serviceaccount=default:default'];
  await kubectl(['create', ...binding]);
  const artifacts = { group: 'nicdiag.dev', resource: 'diagnosticcaptures', subresource: 'artifacts' };
  const get = { verb: 'get', ...artifacts, namespace: 'default' };
  await untilAllowed(cluster, { user: 'system:serviceaccount:default:default' }, get);
  return (await cluster.boundToken({ ...account, audiences: ['nicdiag-artifacts'] })).token;
}
