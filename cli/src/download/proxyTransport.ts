import { ARTIFACTS_SERVICE } from '@nicdiag/api';
import { ArtifactError, type Transport } from '@nicdiag/artifacts';
import { isKubeError, type KubeClient, KubeError, type KubeResponse } from '@nicdiag/kube';

/** The artifact server behind the API server's service proxy, which anyone with a kubeconfig can reach. The proxy takes
 * Authorization away and passes every other header, Range included.
 * @param systemNamespace where the artifact server's Service is */
export function createProxyTransport(client: KubeClient, systemNamespace: string): Transport {
  const base = `/api/v1/namespaces/${encodeURIComponent(systemNamespace)}/services/${ARTIFACTS_SERVICE.proxy}/proxy`;
  return async ({ method, path, headers }, { signal }) => {
    const [pathname = '', search = ''] = path.split('?', 2);
    const query = Object.fromEntries(new URLSearchParams(search));
    try {
      const request = { method, path: base + pathname, query, headers: { ...headers, accept: '*/*' } };
      return ofAnswer(await client.request(request, { signal }));
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      return ofRefusal(error);
    }
  };
}

function ofAnswer({ status, headers, body }: KubeResponse) {
  const single = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return { status, headers: Object.fromEntries(single) as Record<string, string | undefined>, body };
}

/** The artifact server's own words, when the answer is its; else the API server's refusal, which names what is missing. */
function ofRefusal(error: KubeError) {
  const { body } = error;
  if (error.status > 0 && body !== undefined && isErrorBody(body)) {
    const bytes = Buffer.from(body);
    return {
      status: error.status,
      headers: {},
      body: (async function* () {
        yield bytes;
      })(),
    };
  }
  if (error.status === 0) throw new ArtifactError('ConnectionFailed', error.message, { cause: error });
  if (isKubeError(error, 'ServiceUnavailable', 'BadGateway', 'Timeout')) {
    const message = `the artifact server does not answer; is its Pod Ready? (${error.message})`;
    throw new ArtifactError('Unavailable', message, { cause: error });
  }
  throw error;
}

function isErrorBody(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !('kind' in value) && 'reason' in value && 'message' in value;
  } catch {
    return false;
  }
}
