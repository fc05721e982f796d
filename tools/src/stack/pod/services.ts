import type { Manifest } from '../manifests.ts';
import { labels, number, record, records, text } from './fields.ts';
import type { PodTemplate } from './podTemplate.ts';

/** One port of a Service with a selector. */
export interface ServicePort {
  /** As clients in the cluster write it: `https://nicdiag-artifacts.nicdiag-system.svc:8443`. */
  readonly url: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  /** Name of the container's port. */
  readonly targetPort: string;
}

export function parseServices(manifests: readonly Manifest[]): ServicePort[] {
  return manifests.filter(({ kind }) => kind === 'Service').flatMap(parseService);
}

function parseService({ metadata, spec }: Manifest): ServicePort[] {
  const service = record(spec, 'Service.spec');
  const namespace = text(metadata.namespace, 'Service.metadata.namespace');
  if (service['selector'] === undefined) return [];
  const selector = labels(service['selector'], 'Service.spec.selector');
  return records(service['ports'], 'Service.spec.ports').map((port) => {
    const name = text(port['name'], 'Service port name');
    const host = `${metadata.name}.${namespace}.svc:${number(port['port'], 'Service port')}`;
    return {
      url: `${name.startsWith('https') ? 'https' : 'http'}://${host}`,
      namespace,
      selector,
      targetPort: text(port['targetPort'] ?? name, 'Service targetPort'),
    };
  });
}

/** Whether a Service port leads to Pods of this template. */
export function selects(service: ServicePort, template: PodTemplate): boolean {
  return (
    service.namespace === template.namespace &&
    Object.entries(service.selector).every(([key, value]) => template.labels[key] === value)
  );
}
