import { type DiagnosticCapture, type NicDevice, type NicNode, type NodeCapture, RESOURCES } from '@nicdiag/api';
import { resource } from '@nicdiag/kube';

const { apiVersion } = RESOURCES.DiagnosticCapture;

export const captures = resource<DiagnosticCapture>(apiVersion, RESOURCES.DiagnosticCapture.plural);
export const nodeCaptures = resource<NodeCapture>(apiVersion, RESOURCES.NodeCapture.plural);
export const nicNodes = resource<NicNode>(apiVersion, RESOURCES.NicNode.plural);
export const nicDevices = resource<NicDevice>(apiVersion, RESOURCES.NicDevice.plural);
