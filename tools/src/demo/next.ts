import type { ReadyMessage } from '../kept/messages.ts';

/** What to try next, when the demo is over. */
export const AFTER_ENDING: readonly string[] = [
  'make demo KEEP=1          the same, left running, to try captures of your own',
  'README.md                 your first capture; more of them in examples/',
  'docs/architecture.md      how it works',
];

/** What to try next, when it was left running. The first line makes everything below it work in any shell. */
export function afterKeeping({ kubeconfig, bin, logs }: Pick<ReadyMessage, 'kubeconfig' | 'bin' | 'logs'>): string[] {
  return [
    `export KUBECONFIG=${kubeconfig} PATH=${bin}:$PATH`,
    '',
    'kubectl get nicdevices',
    'kubectl nicdiag capture -f examples/one-device.yaml --wait --download .',
    'kubectl nicdiag --help',
    'make demo-down            ends it',
    `logs: ${logs}`,
  ];
}
