import type { AgentDescription, NicNode } from '@nicdiag/api';
import { type Logger, toError } from '@nicdiag/runtime';
import type { ApiClient } from '../apiServer/apiClient.ts';
import { ApiError } from '../apiServer/apiError.ts';
import { untilAnswered } from '../apiServer/untilAnswered.ts';
import { NIC_NODES } from './watchInbox.ts';

/** Writes into the NicNode who speaks for this node, when it is not there yet or no longer true. */
export interface NicNodePublisher {
  /** Told what the NicNode is now; what the agent says of itself follows in the background. */
  seen(node: NicNode): void;
  /** The number of devices may have changed. */
  devicesChanged(): void;
}

export interface NicNodePublisherOptions {
  readonly client: ApiClient;
  readonly nodeName: string;
  readonly agent: AgentDescription;
  readonly devices: () => number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export function createNicNodePublisher(options: NicNodePublisherOptions): NicNodePublisher {
  const { client, nodeName, agent, devices, logger, signal } = options;
  let last: NicNode | undefined;
  let writing = false;

  const differs = (node: NicNode): boolean =>
    node.status?.devices !== devices() ||
    node.status?.agent?.startedAt !== agent.startedAt ||
    node.status?.agent?.version !== agent.version;

  const write = async (): Promise<void> => {
    if (writing || last === undefined || !differs(last)) return;
    writing = true;
    try {
      const body = { status: { agent, devices: devices() } };
      await untilAnswered(() => client.patch(`${NIC_NODES}/${nodeName}/status`, body, { type: 'merge', signal }), {
        signal,
        onTrouble: (error, pauseMs) =>
          logger.warn('the NicNode could not be written; it is tried again', { pauseMs, error }),
      });
      // Its event will say the same; until then it must not be written again.
      last = { ...last, status: body.status };
    } catch (thrown) {
      // Deleted meanwhile: the operator makes it anew with the next assignment, and it is seen then.
      if (thrown instanceof ApiError && thrown.status === 404) last = undefined;
      else if (!signal.aborted) logger.error('the NicNode could not be written', { error: toError(thrown) });
    } finally {
      writing = false;
    }
  };

  return {
    seen(node) {
      last = node;
      void write();
    },
    devicesChanged: () => void write(),
  };
}
