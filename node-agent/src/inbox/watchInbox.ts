import { API_VERSION, type Assignment, type NicNode } from '@nicdiag/api';
import type { Logger } from '@nicdiag/runtime';
import type { ApiClient } from '../apiServer/apiClient.ts';
import { watchObject } from '../apiServer/watchObject.ts';
import type { Captures } from '../captures/captures.ts';
import { decideInbox } from './decide.ts';

export interface InboxOptions {
  readonly client: ApiClient;
  readonly nodeName: string;
  readonly captures: Captures;
  readonly logger: Logger;
  /** Told each time the NicNode is seen. */
  readonly onNode: (node: NicNode) => void;
  /** Told when the watch stands and what was there has been acted on. */
  readonly onSynced: () => void;
  readonly signal: AbortSignal;
}

export const NIC_NODES = `/apis/${API_VERSION}/nicnodes`;

/** Follows the node's NicNode, the one object that an agent watches, until the signal.
 * That it was deleted means nothing: somebody removed it by hand, or the operator will make it again. */
export async function watchInbox(options: InboxOptions): Promise<never> {
  const { client, nodeName, captures, logger, onNode, onSynced, signal } = options;
  const news = watchObject(
    client,
    { path: NIC_NODES, name: nodeName },
    {
      signal,
      onTrouble: (error, pauseMs) => logger.warn('the inbox is not watched; it is tried again', { pauseMs, error }),
    },
  );
  for await (const item of news) {
    switch (item.type) {
      case 'present': {
        const assignments = assignmentsOf(item.object);
        const actions = decideInbox(assignments, captures.known());
        captures.apply(actions);
        captures.prune(new Set(assignments.map(({ uid }) => uid)));
        if (isNicNode(item.object)) onNode(item.object);
        break;
      }
      case 'deleted':
        logger.info('the NicNode was deleted; captures go on');
        break;
      case 'synced':
        onSynced();
        break;
    }
  }
  // The watch ends only by the signal.
  throw signal.reason;
}

function assignmentsOf(object: object): readonly Assignment[] {
  return isNicNode(object) ? (object.spec.assignments ?? []) : [];
}

/** The API server has validated it; what is looked at is only that it is one. */
function isNicNode(object: object): object is NicNode {
  return (
    'kind' in object &&
    object.kind === 'NicNode' &&
    'spec' in object &&
    typeof object.spec === 'object' &&
    object.spec !== null
  );
}
