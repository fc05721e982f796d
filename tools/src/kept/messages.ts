/** What the background process of a demo tells the one in the terminal. */
export type HolderMessage =
  | { readonly kind: 'say'; readonly line: string }
  | ReadyMessage
  | { readonly kind: 'failed'; readonly message: string };

export interface ReadyMessage {
  readonly kind: 'ready';
  readonly kubeconfig: string;
  readonly server: string;
  readonly caFile: string;
  readonly token: string;
  /** Directory with kubectl and its plugin, for the PATH. */
  readonly bin: string;
  readonly logs: string;
  readonly pid: number;
}

/** What the terminal's process tells the background: `keep` means to stay when the terminal's process ends. */
export type TerminalMessage = { readonly kind: 'keep' } | { readonly kind: 'end' };

export function isHolderMessage(value: unknown): value is HolderMessage {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    ['say', 'ready', 'failed'].includes(String(value.kind))
  );
}

export function isTerminalMessage(value: unknown): value is TerminalMessage {
  return typeof value === 'object' && value !== null && 'kind' in value && ['keep', 'end'].includes(String(value.kind));
}
