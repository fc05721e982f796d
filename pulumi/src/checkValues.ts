import type { ChartValues } from './generated/chartValues.ts';

/** Arguments that nothing can be made of; the message names all of them. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  readonly code = 'InvalidArguments';
}

/** What the chart's own template demands beyond its schema.
 * @throws ArgumentError */
export function checkValues({ image, artifacts: { tls, externalEndpoint } }: ChartValues): void {
  const wrong: string[] = [];
  if (image.registry === '')
    wrong.push('image.registry: registry and path of the images nicdiag-agent and nicdiag-operator');
  if (externalEndpoint.enabled && tls.source !== 'Secret')
    wrong.push(
      'artifacts.tls.source must be Secret for a server outside of the cluster: it brings its own certificate',
    );
  if (tls.source === 'Secret') {
    if (tls.secretName === '' && !externalEndpoint.enabled)
      wrong.push('artifacts.tls.secretName: a Secret of type kubernetes.io/tls in the system namespace');
    if (tls.caBundle === '' && tls.caConfigMap === '')
      wrong.push('artifacts.tls.caBundle or caConfigMap: the CA that signed the certificate');
  }
  if (tls.source === 'SelfSigned' && (tls.secretName || tls.caBundle || tls.caConfigMap))
    wrong.push('artifacts.tls.source must be Secret for a certificate of yours');
  if (tls.caBundle !== '' && tls.caConfigMap !== '')
    wrong.push('artifacts.tls.caBundle or artifacts.tls.caConfigMap, not both');
  if (wrong.length > 0) throw new ArgumentError(`these arguments are missing or wrong:\n  ${wrong.join('\n  ')}`);
}
