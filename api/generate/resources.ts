import type { Crd } from './schema.ts';

/** Generates the table of kinds: REST path segment and scope. */
export function generateResources(crds: readonly Crd[]): string {
  const rows = crds.map(
    ({ kind, group, version, plural, namespaced }) =>
      `  ${kind}: { kind: '${kind}', apiVersion: '${group}/${version}', plural: '${plural}', namespaced: ${namespaced} },`,
  );
  return `// Generated from crds/ by \`make generate\`. Do not edit.

/** Every kind of the API: its REST path segment and scope. */
export const RESOURCES = {
${rows.join('\n')}
} as const;
`;
}
