import { DIGEST_PATTERN } from '../digest.ts';
import type { StringRule } from './fields.ts';

/** Names that become parts of paths. What does not match is refused before any path is made of it; none of the patterns
 * allows a slash, a leading dot or an empty name. */
export const NAMES = {
  /** Kubernetes object name as this project's kinds allow it: a DNS subdomain of at most 63 characters. */
  capture: { maxLength: 63, pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, what: 'a capture name' },
  namespace: { maxLength: 63, pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, what: 'a namespace name' },
  node: { maxLength: 253, pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, what: 'a node name' },
  uid: { maxLength: 64, pattern: /^[0-9a-fA-F]([0-9a-fA-F-]*[0-9a-fA-F])?$/, what: 'a UID' },
  pciAddress: {
    maxLength: 13,
    pattern: /^[0-9a-f]{4,5}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/,
    what: 'a PCI address such as 0000:03:00.0',
  },
  collector: { maxLength: 32, pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, what: 'a collector name' },
  file: { maxLength: 64, pattern: /^[a-z0-9][a-z0-9._-]*$/, what: 'a file name' },
} as const satisfies Record<string, StringRule>;

export const TEXTS = {
  digest: { maxLength: 71, pattern: DIGEST_PATTERN, what: 'sha256: and 64 hex digits' },
  reason: { maxLength: 64, pattern: /^[A-Z][A-Za-z0-9]*$/, what: 'a reason in CamelCase' },
  short: { maxLength: 128 },
  message: { maxLength: 1024 },
  time: {
    maxLength: 40,
    pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
    what: 'a time as RFC 3339 has it',
  },
  nanoseconds: { maxLength: 20, pattern: /^\d{1,20}$/, what: 'nanoseconds in decimal digits' },
} as const satisfies Record<string, StringRule>;

/** @returns whether `value` may be used as that name */
export function isName(kind: keyof typeof NAMES, value: string): boolean {
  const { maxLength, pattern } = NAMES[kind];
  return value.length <= maxLength && pattern.test(value);
}

/** How a device, a collector or a node ended. */
export const TERMINAL_STATES = ['Succeeded', 'Partial', 'Failed', 'Unsupported', 'Cancelled'] as const;
export type TerminalState = (typeof TERMINAL_STATES)[number];
