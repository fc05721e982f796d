import { readFileSync } from 'node:fs';
import type { ContainerRuntime } from '../../binaries/containerRuntime.ts';
import type { NodeBinaries } from '../../binaries/provideBinaries.ts';

/** What a node is told when it starts, as a JSON file that its programs read. */
export interface NodeConfig {
  readonly name: string;
  /** Its disk: the directories below stay when it starts again. */
  readonly disk: NodeDisk;
  /** Directories of this machine that are in the node under their own names: checkout, cache, the cluster's directory. */
  readonly shared: readonly string[];
  /** Where its programs write their logs, `<name>-<program>.log`. */
  readonly logs: string;
  /** Its own `10.x.0.y`, with the prefix of the nodes' network. */
  readonly address: string;
  readonly prefixLength: number;
  /** The machine's address on the nodes' network. */
  readonly gateway: string;
  /** Of its Pods. */
  readonly pods: string;
  /** Of all Pods. */
  readonly allPods: string;
  /** Other nodes' Pods. */
  readonly routes: ReadonlyArray<{ readonly to: string; readonly via: string }>;
  readonly binaries: NodeBinaries;
  readonly runtime: ContainerRuntime;
  /** Path of its cgroups in every hierarchy. */
  readonly cgroup: string;
  /** PEM files and kubeconfigs. */
  readonly credentials: NodeCredentials;
  /** Archives of images that are in its store before a Pod can be. */
  readonly images: readonly string[];
  /** The emulated host that the node is, undefined for one without NICs. */
  readonly emulated: EmulatedNode | undefined;
}

export interface NodeDisk {
  /** What the node has changed of the machine's files. */
  readonly upper: string;
  readonly work: string;
  readonly root: string;
  readonly kubelet: string;
  readonly containerd: string;
  readonly pods: string;
  /** Configurations of its programs, and the note of their pids. */
  readonly run: string;
}

export interface NodeCredentials {
  readonly ca: string;
  readonly kubelet: string;
  readonly kubeletCertificate: string;
  readonly kubeletKey: string;
  readonly kubeProxy: string;
  readonly dns: string;
}

export interface EmulatedNode {
  /** A profile's name. */
  readonly profile: string;
  readonly seed: number;
  readonly control: string;
  readonly commandLog: string;
}

/** The file was written by startNode.ts a moment ago. */
export function readNodeConfig(path: string): NodeConfig {
  return JSON.parse(readFileSync(path, 'utf8'));
}
