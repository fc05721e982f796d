import { setTimeout } from 'node:timers/promises';
import type { AdminClient } from '../cluster/adminClient.ts';
import { type CaptureView, readCapture, renderProgress } from './captureProgress.ts';
import type { Narrator } from './narrator.ts';

const GROUP = '/apis/nicdiag.dev/v1alpha1';
const POLL_MS = 150;
const LIMIT_MS = 5 * 60_000;

/** Shows how a capture goes on until it has finished and is sealed.
 * @throws Error when it takes minutes */
export async function watchCapture(
  admin: AdminClient,
  namespace: string,
  name: string,
  narrator: Narrator,
  { signal }: { readonly signal: AbortSignal },
): Promise<CaptureView> {
  const deadline = Date.now() + LIMIT_MS;
  const path = `${GROUP}/namespaces/${namespace}`;
  for (;;) {
    const [capture, nodes] = await Promise.all([
      admin.request('GET', `${path}/diagnosticcaptures/${name}`, { signal }),
      admin.request('GET', `${path}/nodecaptures?labelSelector=nicdiag.dev/capture=${name}`, { signal }),
    ]);
    const view = readCapture(capture, nodes);
    narrator.live(renderProgress(view));
    if (view.holds.has('Finished') && view.holds.has('Sealed')) return view;
    if (Date.now() > deadline) throw new Error(`capture ${name} has not ended after ${LIMIT_MS / 60_000} minutes`);
    await setTimeout(POLL_MS, undefined, { signal });
  }
}
