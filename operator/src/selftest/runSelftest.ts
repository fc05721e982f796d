import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createKubeClient, loadKubeConfig } from '@nicdiag/kube';
import { agentChecks } from './agentChecks.ts';
import { artifactsCheck } from './artifactsCheck.ts';
import { captureChecks } from './captureChecks.ts';
import type { Check } from './check.ts';

/** A check waits no longer than this. */
const PATIENCE_MS = 30_000;

export const SELFTEST_USAGE = `nicdiag-operator selftest agent|captures: checks an installation, with the credentials that it is given. Prints
one line a check, and exits with 1 when one does not hold. What it writes is written dry: nothing is stored.

  agent                  with an agent's credentials: it can speak for its own node only, and reaches the artifact server
  captures               with those of a user who may capture nodes: he can, and reaches no further
  --kubeconfig FILE      or --token-file, --api-ca and --api-server as for the operator itself
  --namespace NAME       of the captures
  --artifacts-url URL    the artifact server; left out, it is not asked
  --artifacts-ca FILE    CA of its certificate
`;

/** @param print is given one line a check
 * @returns exit code: 0, 1 when a check does not hold, 2 when it is called wrongly */
export async function runSelftest(args: readonly string[], print: (line: string) => void): Promise<number> {
  if (args.includes('--help')) {
    print(SELFTEST_USAGE);
    return 0;
  }
  const parsed = parse(args);
  if (typeof parsed === 'string') {
    print(`${parsed}\n\n${SELFTEST_USAGE}`);
    return 2;
  }
  const { subject, values } = parsed;
  await using client = createKubeClient(
    loadKubeConfig({
      kubeconfig: values.kubeconfig,
      ...{ server: values['api-server'], caFile: values['api-ca'], tokenFile: values['token-file'] },
      namespace: values.namespace,
    }),
    { userAgent: 'nicdiag-selftest' },
  );
  const { 'artifacts-url': url, 'artifacts-ca': ca } = values;
  const artifacts = url === undefined || ca === undefined ? [] : [artifactsCheck(url, () => readFileSync(ca, 'utf8'))];
  const own = subject === 'agent' ? agentChecks(client) : captureChecks(client, values.namespace);
  return await runChecks([...own, ...artifacts], print);
}

async function runChecks(checks: readonly Check[], print: (line: string) => void): Promise<number> {
  let failed = 0;
  for (const { title, run } of checks) {
    try {
      await run({ signal: AbortSignal.timeout(PATIENCE_MS) });
      print(`ok      ${title}`);
    } catch (error) {
      failed++;
      print(`NOT OK  ${title}\n        ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        kubeconfig: { type: 'string' },
        'api-server': { type: 'string' },
        'api-ca': { type: 'string' },
        'token-file': { type: 'string' },
        namespace: { type: 'string', default: 'default' },
        'artifacts-url': { type: 'string' },
        'artifacts-ca': { type: 'string' },
      },
    });
    const [subject, ...rest] = positionals;
    if (rest.length > 0 || (subject !== 'agent' && subject !== 'captures'))
      return `say what to check, agent or captures, not ${positionals.join(' ') || 'nothing'}`;
    return { subject, values };
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}
