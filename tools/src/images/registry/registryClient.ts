import { type Challenge, parseChallenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';

const ANSWER_MS = 10 * 60_000;

export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code = 'Registry';
}

export interface RegistryRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Answers that are not errors.
   * @default 2xx */
  readonly expect?: readonly number[];
}

/** Asks one registry, and answers when it asks who is there.
 * @source OCI distribution specification 1.1 */
export interface RegistryClient {
  /** @param path below `/v2/`, or a URL that the registry gave
   * @throws RegistryError with what the registry said */
  request(method: string, path: string, request?: RegistryRequest): Promise<Response>;
}

/** @param base `https://registry.example`
 * @param scopes what will be done, for registries that give out tokens: `repository:NAME:pull,push` */
export function createRegistryClient(
  base: string,
  scopes: readonly string[],
  credentials: Credentials | undefined,
): RegistryClient {
  let authorization: string | undefined;
  return {
    async request(method, path, { headers = {}, body, expect } = {}) {
      const url = new URL(path, `${base}/v2/`);
      // A registry may lead elsewhere for uploads; credentials are for the registry itself.
      const own = url.origin === new URL(base).origin;
      const ask = () =>
        send(method, url, { ...headers, ...(own && authorization !== undefined && { authorization }) }, body);
      let response = await ask();
      if (response.status === 401 && own) {
        const challenge = parseChallenge(response.headers.get('www-authenticate') ?? '');
        await response.body?.cancel();
        authorization = await answer(challenge, scopes, credentials);
        response = await ask();
      }
      if (expect?.includes(response.status) ?? response.ok) return response;
      throw new RegistryError(await refusal(method, url, response, credentials));
    },
  };
}

async function send(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | undefined,
): Promise<Response> {
  try {
    const content = body === undefined ? {} : { body: Buffer.from(body) };
    return await fetch(url, { method, headers, ...content, signal: AbortSignal.timeout(ANSWER_MS) });
  } catch (cause) {
    throw new RegistryError(`${url.origin} cannot be reached: ${reason(cause)}`, { cause });
  }
}

/** What goes into `Authorization`. */
async function answer(
  challenge: Challenge | undefined,
  scopes: readonly string[],
  credentials: Credentials | undefined,
): Promise<string | undefined> {
  const basic =
    credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  if (challenge?.scheme !== 'bearer') return basic;
  const url = new URL(challenge.realm);
  const { service } = challenge.parameters;
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const response = await send('GET', url, basic === undefined ? {} : { authorization: basic }, undefined);
  if (!response.ok) throw new RegistryError(await refusal('GET', url, response, credentials));
  const answered: { readonly token?: unknown; readonly access_token?: unknown } = JSON.parse(await response.text());
  const token = answered.token ?? answered.access_token;
  if (typeof token !== 'string') throw new RegistryError(`${url.origin} gave no token`);
  return `Bearer ${token}`;
}

async function refusal(
  method: string,
  url: URL,
  response: Response,
  credentials: Credentials | undefined,
): Promise<string> {
  const said = (await response.text()).trim().slice(0, 500);
  const hint =
    response.status === 401 || response.status === 403
      ? credentials === undefined
        ? '; no credentials were found: log in with docker, podman or skopeo first'
        : `; as ${credentials.username}`
      : '';
  return `${method} ${url.origin}${url.pathname} was answered with ${response.status}: ${said || response.statusText}${hint}`;
}

function reason(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
}
