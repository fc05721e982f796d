// Generated from crds/ by `make generate`. Do not edit.
import type { ObjectMeta } from '@nicdiag/kube/objects';

/**
 * NicNode is the inbox of one node's agent, the only object that the agent watches, and the agent's description of itself. Named as the Node and owned by it. Not to be written by hand.
 */
export interface NicNode {
  apiVersion: 'nicdiag.dev/v1alpha1';
  kind: 'NicNode';
  metadata: ObjectMeta;
  spec: NicNodeSpec;
  status?: NicNodeStatus;
}
/**
 * What the node has to do.
 */
export interface NicNodeSpec {
  /**
   * The oldest NodeCaptures of this node that have not ended, at most 16, each once. An agent never concludes from an absent one that it is done; it asks for the NodeCapture.
   */
  assignments?: Assignment[];
}
/**
 * One NodeCapture.
 */
export interface Assignment {
  /**
   * UID of the NodeCapture.
   */
  uid: string;
  /**
   * Its namespace.
   */
  namespace: string;
  /**
   * Its name.
   */
  name: string;
  /**
   * Stop at the next command. One way. Default false.
   */
  cancel: boolean;
  /**
   * When it was assigned; nodeDeadline counts from here.
   */
  assignedAt: string;
}
/**
 * The agent about itself.
 */
export interface NicNodeStatus {
  agent?: AgentDescription;
  /**
   * Functions with a debug channel that the agent found.
   */
  devices?: number;
}
/**
 * The agent that speaks for this node.
 */
export interface AgentDescription {
  /**
   * Version of the agent.
   */
  version: string;
  /**
   * Collector types that this agent has. A capture that needs another ends here with AgentTooOld.
   *
   * Items: One collector type.
   */
  collectors: string[];
  /**
   * When the agent started.
   */
  startedAt: string;
}
