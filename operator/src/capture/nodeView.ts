/** What a decision about one node is made from. */
export interface NodeView {
  /** undefined when no Node has that name */
  readonly node: { readonly uid: string; readonly createdMs: number } | undefined;
  readonly agent: AgentPresence;
  /** collector types of the node's agent; undefined while it has not described itself */
  readonly collectors: readonly string[] | undefined;
}

/** An agent is present when its Pod on the node is Ready. */
export interface AgentPresence {
  readonly ready: boolean;
  /** when it stopped being ready, milliseconds since the epoch; undefined when there has been none to our knowledge */
  readonly awaySinceMs?: number | undefined;
}

/** An agent that was here a moment ago may be restarting: that long nobody concludes anything from its absence. */
export const agentGraceMs = 15_000;

/** @returns when the absence of the agent begins to count, milliseconds since the epoch; undefined while it is present */
export function agentMissingFrom(agent: AgentPresence): number | undefined {
  if (agent.ready) return undefined;
  return agent.awaySinceMs === undefined ? Number.NEGATIVE_INFINITY : agent.awaySinceMs + agentGraceMs;
}
