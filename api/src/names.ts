import { hash as digest } from 'node:crypto';

/** Kubernetes' limit for a DNS-1123 label and for a label's value. */
export const MAX_LABEL_LENGTH = 63;
/** Characters of a capture's name that the name of its NodeCaptures keeps. */
export const CAPTURE_NAME_KEPT = 40;
/** 64 bits: one collision is expected among 5,000 million names with the same beginning. */
const HASH_LENGTH = 16;

/** Name of the NodeCapture of one node: the capture's name, cut, and a hash of capture UID and node. The same arguments
 * give the same name, so that a second create by a stale leader is a conflict and not a second NodeCapture.
 * @returns a DNS-1123 subdomain of at most 57 characters */
export function nodeCaptureName(captureName: string, captureUid: string, node: string): string {
  return `${cut(captureName, CAPTURE_NAME_KEPT)}-${hash(captureUid, node)}`;
}

/** Name of the NicDevice of one function, e.g. `gpu-a.0000-03-00-0`. The CRD has the same rule in CEL.
 * @param pciAddress lower case with domain, e.g. `0000:03:00.0` */
export function nicDeviceName(node: string, pciAddress: string): string {
  return `${node}.${pciAddress.replaceAll(':', '-').replaceAll('.', '-')}`;
}

/** Value of the label `nicdiag.dev/node`: the node's name, or its beginning and a hash where it is too long for a label. */
export function nodeLabelValue(node: string): string {
  if (node.length <= MAX_LABEL_LENGTH) return node;
  return `${cut(node, MAX_LABEL_LENGTH - HASH_LENGTH - 1)}-${hash(node)}`;
}

/** A name cut to `length`, without the dots and dashes that may not stand before the `-` of a hash. */
function cut(name: string, length: number): string {
  return name.slice(0, length).replace(/[.-]+$/, '');
}

/** The parts are separated by a character that no name and no UID has, so that ('a', 'bc') is not ('ab', 'c'). */
function hash(...parts: string[]): string {
  return digest('sha256', parts.join('\0'), 'hex').slice(0, HASH_LENGTH);
}
