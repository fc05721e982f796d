import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { findHomeDir, type KubeConfig, loadYaml, type User } from '@kubernetes/client-node';

/** Makes users of kubeconfigs with `tokenFile` what they are to kubectl: their token is read from that file, again and
 * again, and goes before `token`. client-node does not know the field and would send no token at all.
 * @param kubeconfig the file that was loaded; undefined for where kubectl looks
 * @source https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo */
export function applyTokenFiles(config: KubeConfig, kubeconfig: string | undefined): void {
  const files = (kubeconfig ? [kubeconfig] : defaultFiles()).map(tokenFilesIn);
  config.users = config.users.map((user) => {
    const tokenFile = files.find((byUser) => byUser.has(user.name))?.get(user.name);
    return tokenFile === undefined ? user : { ...withoutToken(user), ...tokenFileUser(tokenFile) };
  });
}

/** client-node's own name for a token that it reads again every minute. */
export function tokenFileUser(tokenFile: string): Pick<User, 'authProvider'> {
  return { authProvider: { name: 'tokenFile', config: { tokenFile } } };
}

function withoutToken({ token: _, ...user }: User): User {
  return user;
}

/** The files of client-node's loadFromDefault. */
function defaultFiles(): string[] {
  const listed = process.env['KUBECONFIG'];
  if (listed) return listed.split(delimiter).filter((file) => file !== '');
  const home = findHomeDir();
  return home ? [join(home, '.kube', 'config')] : [];
}

/** Absolute token files by user. A file that cannot be read has none: whoever needs it says why. */
function tokenFilesIn(kubeconfig: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, user } of usersIn(kubeconfig)) {
    if (typeof name !== 'string' || !isRecord(user)) continue;
    const { tokenFile } = user;
    if (typeof tokenFile === 'string' && tokenFile !== '') found.set(name, resolve(dirname(kubeconfig), tokenFile));
  }
  return found;
}

function usersIn(kubeconfig: string): Record<string, unknown>[] {
  let text: string;
  try {
    text = readFileSync(kubeconfig, 'utf8');
  } catch {
    return [];
  }
  const parsed: unknown = loadYaml(text);
  return isRecord(parsed) && Array.isArray(parsed['users']) ? parsed['users'].filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
