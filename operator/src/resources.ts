import { type DiagnosticCapture, type NicNode, type NodeCapture, RESOURCES } from '@nicdiag/api';
import { type KubeObject, resource } from '@nicdiag/kube';

/** The part of a Node that the operator reads. */
export type Node = KubeObject;

/** The part of a Pod that the operator reads. */
export interface Pod extends KubeObject {
  spec?: { nodeName?: string };
  status?: { conditions?: { type: string; status: string; lastTransitionTime?: string | null }[] };
}

export const captures = resource<DiagnosticCapture>(
  RESOURCES.DiagnosticCapture.apiVersion,
  RESOURCES.DiagnosticCapture.plural,
);
export const nodeCaptures = resource<NodeCapture>(RESOURCES.NodeCapture.apiVersion, RESOURCES.NodeCapture.plural);
export const nicNodes = resource<NicNode>(RESOURCES.NicNode.apiVersion, RESOURCES.NicNode.plural);
export const nodes = resource<Node>('v1', 'nodes');
export const pods = resource<Pod>('v1', 'pods');

/** fieldManager of every write here. */
export const fieldManager = 'nicdiag-operator';
