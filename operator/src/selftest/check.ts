import { isKubeError, type KubeClient, type KubeRequest } from '@nicdiag/kube';

/** One thing that must hold in an installation, and how to find out. */
export interface Check {
  readonly title: string;
  /** @throws Error saying what was found instead, and what to do */
  readonly run: (options: { readonly signal: AbortSignal }) => Promise<void>;
}

/** What a dry write must come to. */
export type Verdict = 'admitted' | { readonly refusedBy: string };

/** Writes with `dryRun=All`: authorised, validated and admitted as any write, and then not stored.
 * @param refusedBy what the refusal must name: an admission policy, or a resource that RBAC does not allow
 * @throws Error when it came out otherwise */
export async function dryCreate(
  client: KubeClient,
  path: string,
  object: object,
  verdict: Verdict,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const request: KubeRequest = {
    method: 'POST',
    path,
    query: { dryRun: 'All' },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  };
  await expect(() => answered(client, request, signal), verdict);
}

/** Reads, and expects to be refused. */
export async function refusedRead(
  client: KubeClient,
  path: string,
  refusedBy: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await expect(() => answered(client, { method: 'GET', path }, signal), { refusedBy });
}

async function answered(client: KubeClient, request: KubeRequest, signal: AbortSignal): Promise<void> {
  await (await client.request(request, { signal })).text();
}

async function expect(act: () => Promise<void>, verdict: Verdict): Promise<void> {
  let refusal: string | undefined;
  try {
    await act();
  } catch (error) {
    if (!isKubeError(error, 'Forbidden', 'Invalid')) throw error;
    refusal = error.message;
  }
  if (verdict === 'admitted') {
    if (refusal !== undefined) throw new Error(`it was refused: ${refusal}`);
    return;
  }
  const { refusedBy } = verdict;
  if (refusal === undefined)
    throw new Error(`it was admitted, and ${refusedBy} should have refused it: is the chart applied as a whole?`);
  if (!refusal.includes(refusedBy)) throw new Error(`it was refused, but not by ${refusedBy}: ${refusal}`);
}
