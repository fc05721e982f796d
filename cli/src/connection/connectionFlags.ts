import { accessSync, constants } from 'node:fs';
import type { ConnectionConfig, LoadOptions } from '@nicdiag/kube';
import { parseDuration } from '@nicdiag/runtime';
import { type Command, Option } from 'commander';
import { UsageError } from '../exitCodes.ts';

/** kubectl's flags for the connection. kubectl does not pass on those that stand before a plugin's name. */
export interface ConnectionFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly server?: string;
  readonly tlsServerName?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly as?: string;
  readonly asUid?: string;
  readonly asGroup?: readonly string[];
  readonly asUserExtra?: readonly string[];
  readonly requestTimeout?: string;
  /** Nothing is compressed in any case. */
  readonly disableCompression?: boolean;
  /** Nothing is cached. */
  readonly cacheDir?: string;
}

/** Below a command's own options in its help; in the order of kubectl's own words for them. */
export function addConnectionFlags(command: Command): Command {
  return command
    .optionsGroup('Connection, as in kubectl:')
    .option('-n, --namespace <name>', "namespace (default: the context's)")
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--cluster <name>', 'cluster of the kubeconfig')
    .option('--user <name>', 'user of the kubeconfig')
    .option('-s, --server <url>', 'address of the API server')
    .option('--tls-server-name <name>', "name in the API server's certificate, if it is not the one in its address")
    .option('--certificate-authority <file>', 'CA of the API server')
    .option('--insecure-skip-tls-verify', "do not verify the API server's certificate")
    .option('--token <token>', 'bearer token for the API server')
    .option('--client-certificate <file>', 'certificate to be known by, with --client-key')
    .option('--client-key <file>', 'its key')
    .option('--username <name>', 'for basic authentication, with --password; API servers themselves refuse it')
    .option('--password <password>', 'for basic authentication')
    .option('--as <user>', 'user to impersonate')
    .option('--as-uid <uid>', 'UID to impersonate')
    .option('--as-group <group>', 'group to impersonate, may be repeated', collect)
    .option('--as-user-extra <key=value>', 'extra to impersonate with, may be repeated', collect)
    .option(
      '--request-timeout <duration>',
      'longest wait for one answer of the API server, such as 10s; 0 for none',
      '0',
    )
    .addOption(new Option('--disable-compression', 'accepted: no answer is compressed').hideHelp())
    .addOption(new Option('--cache-dir <directory>', 'accepted: nothing is cached').hideHelp());
}

/** @throws UsageError */
export function loadOptionsOf(flags: ConnectionFlags): LoadOptions {
  for (const file of [flags.certificateAuthority, flags.clientCertificate, flags.clientKey]) requireReadable(file);
  return {
    namespace: flags.namespace,
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    cluster: flags.cluster,
    user: flags.user,
    server: flags.server,
    tlsServerName: flags.tlsServerName,
    token: flags.token,
    username: flags.username,
    password: flags.password,
    clientCertificate: flags.clientCertificate,
    clientKey: flags.clientKey,
    caFile: flags.certificateAuthority,
    insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
    as: flags.as,
    asUid: flags.asUid,
    asGroups: flags.asGroup,
    asUserExtra: userExtraOf(flags.asUserExtra ?? []),
  };
}

function requireReadable(file: string | undefined): void {
  if (file === undefined) return;
  try {
    accessSync(file, constants.R_OK);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new UsageError(`cannot read ${file}: ${why}`, { cause });
  }
}

function userExtraOf(pairs: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new UsageError(`--as-user-extra takes key=value, not ${pair}`);
    const key = pair.slice(0, at);
    extra[key] = [...(extra[key] ?? []), pair.slice(at + 1)];
  }
  return extra;
}

/** @returns milliseconds; undefined for none
 * @throws UsageError */
export function requestTimeoutOf(flags: ConnectionFlags): number | undefined {
  const text = flags.requestTimeout ?? '0';
  // kubectl takes a number without a unit for seconds.
  if (/^\d+$/.test(text)) return Number(text) * 1000 || undefined;
  return durationFlag('--request-timeout', text);
}

/** @throws UsageError */
export function durationFlag(flag: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new UsageError(`${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** For an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

export type { ConnectionConfig };
