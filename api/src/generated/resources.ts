// Generated from crds/ by `make generate`. Do not edit.

/** Every kind of the API: its REST path segment and scope. */
export const RESOURCES = {
  ArtifactTicket: { kind: 'ArtifactTicket', apiVersion: 'nicdiag.dev/v1alpha1', plural: 'artifacttickets', namespaced: true },
  DiagnosticCapture: { kind: 'DiagnosticCapture', apiVersion: 'nicdiag.dev/v1alpha1', plural: 'diagnosticcaptures', namespaced: true },
  NicDevice: { kind: 'NicDevice', apiVersion: 'nicdiag.dev/v1alpha1', plural: 'nicdevices', namespaced: false },
  NicNode: { kind: 'NicNode', apiVersion: 'nicdiag.dev/v1alpha1', plural: 'nicnodes', namespaced: false },
  NodeCapture: { kind: 'NodeCapture', apiVersion: 'nicdiag.dev/v1alpha1', plural: 'nodecaptures', namespaced: true },
} as const;
