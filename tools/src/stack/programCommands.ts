import type { Command } from '../cluster/controlPlane.ts';
import { MAIN } from './paths.ts';

/** How the programs are started outside of Pods: the same entry points, with paths and ports of this machine. */

export interface ArtifactsAccess {
  readonly url: string;
  readonly caFile: string;
}

const NODE: Command = [process.execPath];

export function agentCommand(options: {
  readonly nodeName: string;
  readonly hostRoot: string;
  readonly stateDirectory: string;
  readonly apiServer: string;
  readonly apiCaFile: string;
  readonly tokenFile: string;
  readonly artifacts: ArtifactsAccess;
  readonly artifactsTokenFile: string;
  readonly healthPort: number;
}): Command {
  return [
    ...NODE,
    MAIN.nodeAgent,
    `--node-name=${options.nodeName}`,
    `--host-root=${options.hostRoot}`,
    `--state-dir=${options.stateDirectory}`,
    `--api-server=${options.apiServer}`,
    `--api-ca=${options.apiCaFile}`,
    `--token-file=${options.tokenFile}`,
    `--artifacts-url=${options.artifacts.url}`,
    `--artifacts-ca=${options.artifacts.caFile}`,
    `--artifacts-token-file=${options.artifactsTokenFile}`,
    `--listen=127.0.0.1:${options.healthPort}`,
  ];
}

export function operatorCommand(options: {
  readonly kubeconfig: string;
  readonly artifacts: ArtifactsAccess;
  readonly artifactsTokenFile: string;
  readonly healthPort: number;
}): Command {
  return [
    ...NODE,
    MAIN.operator,
    `--kubeconfig=${options.kubeconfig}`,
    '--namespace=nicdiag-system',
    '--agent-namespace=nicdiag-agent',
    `--artifacts-url=${options.artifacts.url}`,
    `--artifacts-ca=${options.artifacts.caFile}`,
    `--artifacts-token-file=${options.artifactsTokenFile}`,
    `--listen=127.0.0.1:${options.healthPort}`,
  ];
}

export function artifactServerCommand(options: {
  readonly kubeconfig: string;
  readonly store: string;
  readonly host: string;
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly healthPort: number;
}): Command {
  return [
    ...NODE,
    MAIN.artifactServer,
    `--kubeconfig=${options.kubeconfig}`,
    `--store=${options.store}`,
    `--listen=${options.host}:${options.port}`,
    `--tls-cert=${options.certificateFile}`,
    `--tls-key=${options.keyFile}`,
    `--health-listen=127.0.0.1:${options.healthPort}`,
  ];
}
