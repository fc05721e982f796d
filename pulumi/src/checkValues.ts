import type { ChartValues } from './generated/chartValues.ts';

/** Arguments that nothing can be made of; the message names all of them. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  readonly code = 'InvalidArguments';
}

/** What the chart demands beyond the types of its values: its template, and conditions of its schema.
 * @throws ArgumentError */
export function checkValues({ image, artifacts: { tls, externalEndpoint, storage, s3 } }: ChartValues): void {
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
  if (storage.type === 'S3' && (s3.bucket === '' || s3.region === ''))
    wrong.push('artifacts.s3.bucket and artifacts.s3.region: the bucket of storage.type S3');
  if (storage.type !== 'S3' && s3.bucket !== '')
    wrong.push('artifacts.storage.type must be S3 for a store in the bucket of artifacts.s3');
  if (s3.caBundle !== '' && s3.caConfigMap !== '')
    wrong.push('artifacts.s3.caBundle or artifacts.s3.caConfigMap, not both');
  if (wrong.length > 0) throw new ArgumentError(`these arguments are missing or wrong:\n  ${wrong.join('\n  ')}`);
}
