import type { ArtifactTicket, NicDevice, NicNode, NodeCapture } from '@nicdiag/api';

const API_VERSION = 'nicdiag.dev/v1alpha1';

/** A NodeCapture as the operator renders it. */
export function nodeCapture(name: string, nodeName: string): NodeCapture {
  return {
    apiVersion: API_VERSION,
    kind: 'NodeCapture',
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName,
      capture: { name: 'capture', uid: '6f1c2c5e-8f0e-4f62-9a57-0d8f8b0b6a11' },
      devices: { functions: ['PF'], linkState: 'Any' },
      collectors: [
        { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } },
        { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Current' } },
      ],
      impact: 'ReadOnly',
      deadline: '2026-01-01T00:10:00Z',
      nodeDeadline: '2m',
      limits: { maxBytesPerDevice: '256Mi' },
    },
  };
}

/** A NicNode with one assignment. */
export function nicNode(name: string): NicNode {
  const assignment = {
    uid: 'uid-1',
    namespace: 'default',
    name: 'capture-0123456789abcdef',
    cancel: false,
    assignedAt: '2026-01-01T00:00:00Z',
  };
  return { apiVersion: API_VERSION, kind: 'NicNode', metadata: { name }, spec: { assignments: [assignment] } };
}

/** A NicDevice as an agent writes it, without its owner. */
export function nicDevice(name: string, nodeName: string, pciAddress: string): NicDevice {
  return { apiVersion: API_VERSION, kind: 'NicDevice', metadata: { name }, spec: { nodeName, pciAddress } };
}

/** A ticket that expires so many milliseconds from now. */
export function artifactTicket(name: string, capture: string, user: string, lifetimeMs = 300_000): ArtifactTicket {
  return {
    apiVersion: API_VERSION,
    kind: 'ArtifactTicket',
    metadata: { name, namespace: 'default' },
    spec: {
      capture,
      user,
      secretSha256: 'a'.repeat(64),
      expiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
    },
  };
}
