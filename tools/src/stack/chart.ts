import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../cluster/adminClient.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { untilServed } from '../cluster/untilServed.ts';
import { ARTIFACTS_TLS_SECRET } from './artifactsTls.ts';
import { ChartError, runHelm } from './helm.ts';
import { parseManifests } from './manifests.ts';
import { CHART } from './paths.ts';

const WAIT_MS = 120_000;
const POLL_MS = 50;
const RELEASE = 'nicdiag';

/** Renders charts/nicdiag as `helm template --skip-tests` prints it: the Pods of `helm test` are no part of what is applied.
 * @param values content of values files, as JSON or YAML; a later one goes before an earlier, all go before
 * {@link developmentValues}
 * @throws ChartError with helm's message */
export async function renderChart(cluster: Cluster, ...values: readonly string[]): Promise<string> {
  const args = ['template', RELEASE, CHART, '--namespace=nicdiag-system', '--skip-tests'];
  return await runHelm(cluster, args, [developmentValues(cluster), ...values]);
}

/** The values that whoever installs the chart must give, for a cluster of one's own. No image is pulled here. */
function developmentValues({ authority }: Cluster): string {
  return JSON.stringify({
    image: { registry: 'registry.invalid/nicdiag' },
    artifacts: { tls: { source: 'Secret', secretName: ARTIFACTS_TLS_SECRET, caBundle: authority.certificate } },
  });
}

/** Renders the chart and applies it.
 * @param values see {@link renderChart}
 * @returns what was applied */
export async function installChart(cluster: Cluster, ...values: readonly string[]): Promise<string> {
  const manifests = await renderChart(cluster, ...values);
  await applyChart(cluster, manifests);
  return manifests;
}

/** Applies rendered manifests exactly as they are, and waits until the API server acts on them: CRDs served, admission
 * policies in force. */
export async function applyChart(cluster: Cluster, manifests: string): Promise<void> {
  await applyInRounds(cluster, manifests);
  const definitions = parseManifests(manifests).filter(({ kind }) => kind === 'CustomResourceDefinition');
  await untilServed(
    cluster,
    definitions.map(({ metadata }) => metadata.name),
  );
  await waitForPolicies(cluster);
}

/** helm orders kinds; one apply may still meet a namespace or CRD that the API server does not serve yet, as it may in
 * any cluster. What was refused for that is applied again. */
async function applyInRounds(cluster: Cluster, manifests: string): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const result = await cluster.tryKubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
      stdin: manifests,
    });
    if (result.code === 0) return;
    if (!/not found|no matches for kind/.test(result.stderr) || Date.now() > deadline)
      throw new ChartError(`kubectl apply of the chart failed: ${result.stderr.trim()}`);
    await setTimeout(POLL_MS);
  }
}

const PROBE = 'nicdiag-policies-in-force';

/** A policy takes effect when the API server's policy informer has seen it and its binding, some hundred milliseconds
 * later. The informer sees them in the order of their creation, so a policy created after all the others, once it
 * refuses, tells that the others do as well. It is removed again. */
async function waitForPolicies(cluster: Cluster): Promise<void> {
  const { admin } = cluster;
  const base = '/apis/admissionregistration.k8s.io/v1';
  const metadata = { name: PROBE };
  await admin.request('POST', `${base}/validatingadmissionpolicies`, {
    body: {
      metadata,
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
        matchConditions: [{ name: 'probe', expression: `object.metadata.name == '${PROBE}'` }],
        validations: [{ expression: 'false', message: 'policies are in force' }],
      },
    },
  });
  await admin.request('POST', `${base}/validatingadmissionpolicybindings`, {
    body: { metadata, spec: { policyName: PROBE, validationActions: ['Deny'] } },
  });
  const deadline = Date.now() + WAIT_MS;
  while (!(await isRefused(cluster))) {
    if (Date.now() > deadline)
      throw new ChartError(`no admission policy was in force ${WAIT_MS / 1000} s after its creation`);
    await setTimeout(POLL_MS);
  }
  await admin.request('DELETE', `${base}/validatingadmissionpolicybindings/${PROBE}`);
  await admin.request('DELETE', `${base}/validatingadmissionpolicies/${PROBE}`);
}

async function isRefused(cluster: Cluster): Promise<boolean> {
  try {
    await cluster.admin.request('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', {
      body: { metadata: { name: PROBE } },
    });
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.message.includes('policies are in force')) return true;
    throw error;
  }
}
