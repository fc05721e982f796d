import type { KubernetesObject } from './kubernetesObject.ts';

/** What a value does to objects, beyond standing in the place of a token. */
export interface Change {
  readonly concerns: (object: KubernetesObject) => boolean;
  /** The object as it is then; undefined: there is none. */
  readonly change: (object: KubernetesObject) => KubernetesObject | undefined;
}
