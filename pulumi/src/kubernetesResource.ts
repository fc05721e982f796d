import * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from './kubernetesObject.ts';

/** A resource of the Kubernetes provider, of any kind: what the provider's own classes are, without a class for each. */
export class KubernetesResource extends pulumi.CustomResource {
  constructor(name: string, object: KubernetesObject, options: pulumi.CustomResourceOptions) {
    super(tokenOf(object), name, { ...object }, options);
  }
}

/** The provider's name of a kind, e.g. `kubernetes:apps/v1:Deployment`. */
export function tokenOf({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `kubernetes:${apiVersion === 'v1' ? 'core/v1' : apiVersion}:${kind}`;
}
