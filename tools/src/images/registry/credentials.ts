import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What `docker login` (also podman's, skopeo's, oras') left for a registry: the entry `auths` of its file.
 * @returns undefined when there is none: some registries take pushes of anybody
 * @throws Error when the file says that another program keeps the password */
export function readCredentials(host: string, environment: NodeJS.ProcessEnv = process.env): Credentials | undefined {
  const path = configPath(environment);
  if (!existsSync(path)) return undefined;
  const { auths = {}, credHelpers = {}, credsStore }: DockerConfig = JSON.parse(readFileSync(path, 'utf8'));
  const entry = namesOf(host)
    .map((name) => auths[name])
    .find((found) => found !== undefined);
  if (entry?.auth) return decode(entry.auth);
  if (entry?.username && entry.password) return { username: entry.username, password: entry.password };
  const helper = credHelpers[host] ?? (entry === undefined ? undefined : credsStore);
  if (helper === undefined) return undefined;
  throw new Error(
    `${path} leaves the password for ${host} to docker-credential-${helper}, which is not asked here: put it into auths`,
  );
}

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
  >;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

function configPath({ REGISTRY_AUTH_FILE: given, DOCKER_CONFIG: directory }: NodeJS.ProcessEnv): string {
  return given ?? join(directory ?? join(homedir(), '.docker'), 'config.json');
}

/** Old files have URLs in place of hosts. */
function namesOf(host: string): string[] {
  const docker = host === 'docker.io' || host === 'registry-1.docker.io' ? ['https://index.docker.io/v1/'] : [];
  return [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`, ...docker];
}

function decode(auth: string): Credentials {
  const [, username = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString()) ?? [];
  return { username, password };
}
