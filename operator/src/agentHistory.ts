import { type AgentPresence, agentGraceMs } from './capture/nodeView.ts';
import type { AgentPodRecord } from './records/agentPod.ts';

/** Remembers for a short while that a node had an agent: between two Pods of a DaemonSet there is none at all. */
export interface AgentHistory {
  /** The last agent Pod of a node went away now. */
  gone(nodeName: string): void;
  presence(nodeName: string, pods: readonly AgentPodRecord[]): AgentPresence;
}

/** @param now milliseconds since the epoch */
export function createAgentHistory(now: () => number): AgentHistory {
  // Insertion order is order of time.
  const goneAt = new Map<string, number>();

  function forgetOld(): void {
    for (const [nodeName, at] of goneAt) {
      if (now() - at < agentGraceMs) return;
      goneAt.delete(nodeName);
    }
  }

  return {
    gone(nodeName) {
      goneAt.delete(nodeName);
      goneAt.set(nodeName, now());
      forgetOld();
    },
    presence(nodeName, pods) {
      if (pods.some((pod) => pod.ready)) return { ready: true };
      const since = [...pods.map((pod) => pod.sinceMs), goneAt.get(nodeName)].filter((ms) => ms !== undefined);
      return { ready: false, awaySinceMs: since.length > 0 ? Math.max(...since) : undefined };
    },
  };
}
