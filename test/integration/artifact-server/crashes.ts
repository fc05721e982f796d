import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import {
  ArtifactError,
  type CaptureIdentity,
  decompress,
  deviceManifestBytes,
  readTar,
  verifyBundle,
} from '@nicdiag/artifacts';
import type { ExecutionContext, TestFn } from 'ava';
import { createTicket, getByProxy, person } from './downloads.ts';
import { blobOf, createCapture, manifestOf, type Serving } from './serving.ts';

const { signal } = new AbortController();
const FILES = { 'raw.bin': randomBytes(500_000), 'text.txt': Buffer.from('temperature 48 °C') };
const POINTS = ['blobReceived', 'blobStored', 'blobRecorded', 'manifestRecorded', 'sealStored', 'sealRecorded'];

/** What happens when the server dies at each of its crash points, whatever it stores in.
 * @param uploads directory of uploads on their way */
export function crashTests(test: TestFn<Serving & AsyncDisposable>, uploads: (serving: Serving) => string): void {
  for (const point of POINTS) {
    test.serial(
      `killed at ${point}: what was not acknowledged is tried again, and the bundle is the same`,
      async (t) => {
        const { stack } = t.context;
        await uploadAndSeal(t.context, await createCapture(t.context, `calm-${point.toLowerCase()}`));
        const capture = await createCapture(t.context, `killed-${point.toLowerCase()}`);
        await stack.artifactServer.stop();
        stack.artifactServer.start({ env: { NICDIAG_CRASH_AT: point } });
        await stack.artifactServer.untilReady();
        const starts = stack.artifactServer.starts;
        await uploadAndSeal(t.context, capture);
        t.is(stack.artifactServer.starts, starts + 1, 'it was killed once');
        t.deepEqual(await contentsOf(t, capture.name), await contentsOf(t, `calm-${point.toLowerCase()}`));
        t.deepEqual(await readdir(uploads(t.context)), []);
      },
    );
  }
}

/** As agent and operator do: again and again until it is acknowledged. When the server has died it is started again, as
 * the Deployment would. */
export async function untilAcknowledged<T>({ stack }: Serving, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 5 || !(error instanceof ArtifactError) || error.code !== 'ConnectionFailed') throw error;
      await stack.artifactServer.ended();
      stack.artifactServer.start();
      await stack.artifactServer.untilReady();
    }
  }
}

export async function uploadAndSeal(serving: Serving, capture: CaptureIdentity): Promise<void> {
  const { agentToken, client, operatorToken } = serving;
  const agent = client(agentToken('gpu-a'));
  const target = { captureUid: capture.uid, node: 'gpu-a', pciAddress: '0000:03:00.0' };
  const blobs = await Promise.all(
    Object.entries(FILES).map(async ([name, content]) => [name, await blobOf(serving, content)] as const),
  );
  for (const [, blob] of blobs) await untilAcknowledged(serving, () => agent.putBlob(target, blob, { signal }));
  const manifest = deviceManifestBytes(manifestOf(capture, 'gpu-a', Object.fromEntries(blobs)));
  await untilAcknowledged(serving, () => agent.putDeviceManifest(target, manifest, { signal }));
  const nodes = [{ name: 'gpu-a', state: 'Succeeded' as const }];
  await untilAcknowledged(serving, () => client(operatorToken).seal(capture.uid, { nodes }, { signal }));
}

/** Contents of the bundle by path below the capture, manifests aside: these name the capture. */
export async function contentsOf(t: ExecutionContext<Serving>, name: string): Promise<Record<string, string>> {
  const { client } = await person(t, `reader-of-${name}`, 'nicdiag-edit');
  const ticket = await createTicket(client, { name, capture: name, user: `reader-of-${name}` });
  const { body } = await getByProxy(client, `/v1/namespaces/default/captures/${name}/bundle`, {
    'x-nicdiag-ticket': ticket,
  });
  async function* bundle() {
    yield body;
  }
  t.deepEqual((await verifyBundle(bundle())).problems, []);
  const contents: Record<string, string> = {};
  for await (const entry of readTar(decompress(bundle()))) {
    const bytes = Buffer.concat(await Array.fromAsync(entry.body));
    const path = entry.path.slice(name.length);
    contents[path] = path.endsWith('manifest.json') ? 'a manifest' : bytes.toString('base64');
  }
  return contents;
}
