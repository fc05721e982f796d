import type { ChartValues } from './generated/chartValues.ts';
import type { KubernetesObject } from './kubernetesObject.ts';
import type { RENDERINGS } from './tokens.ts';

export type RenderingName = keyof typeof RENDERINGS;

/** What the chart printed when this package was built: its objects, with tokens for what is given later. */
export interface ChartRenderings {
  /** `version` of Chart.yaml */
  readonly chartVersion: string;
  /** The tag of images that is taken when none is given. */
  readonly appVersion: string;
  /** values.yaml */
  readonly defaults: ChartValues;
  readonly renderings: Readonly<Record<RenderingName, readonly KubernetesObject[]>>;
  /** Service and EndpointSlice for an artifact server outside of the cluster. */
  readonly external: readonly KubernetesObject[];
  /** Is the same in all of them. */
  readonly crds: readonly KubernetesObject[];
}

/** The rendering that has the objects for these values. */
export function renderingOf({ artifacts: { tls } }: ChartValues): RenderingName {
  if (tls.source === 'SelfSigned') return 'SelfSigned';
  if (tls.source === 'Secret') return tls.caBundle === '' ? 'SecretCaConfigMap' : 'SecretCaBundle';
  if (tls.caBundle !== '') return 'CertManagerCaBundle';
  if (tls.caConfigMap !== '') return 'CertManagerCaConfigMap';
  return Object.keys(tls.certManager.issuerRef).length === 0 ? 'CertManager' : 'CertManagerIssuer';
}
