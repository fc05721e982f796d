import type { ConnectionConfig, LoadOptions } from '@nicdiag/kube';
import { parseDuration } from '@nicdiag/runtime';
import type { Command } from 'commander';
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
  readonly token?: string;
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly requestTimeout?: string;
}

/** Below a command's own options in its help. */
export function addConnectionFlags(command: Command): Command {
  return command
    .optionsGroup('Connection, as in kubectl:')
    .option('-n, --namespace <name>', "namespace (default: the context's)")
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--cluster <name>', 'cluster of the kubeconfig')
    .option('--user <name>', 'user of the kubeconfig')
    .option('-s, --server <url>', 'address of the API server')
    .option('--token <token>', 'bearer token for the API server')
    .option('--certificate-authority <file>', 'CA of the API server')
    .option('--insecure-skip-tls-verify', "do not verify the API server's certificate")
    .option('--as <user>', 'user to impersonate')
    .option('--as-group <group>', 'group to impersonate, may be repeated', collect)
    .option(
      '--request-timeout <duration>',
      'longest wait for one answer of the API server, such as 10s; 0 for none',
      '0',
    );
}

export function loadOptionsOf(flags: ConnectionFlags): LoadOptions {
  if ((flags.asGroup?.length ?? 0) > 0 && flags.as === undefined) throw new UsageError('--as-group needs --as');
  return {
    namespace: flags.namespace,
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    cluster: flags.cluster,
    user: flags.user,
    server: flags.server,
    token: flags.token,
    caFile: flags.certificateAuthority,
    insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
    as: flags.as,
    asGroups: flags.asGroup,
  };
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
