import { type DiagnosticCapture, RESOURCES } from '@nicdiag/api';
import { ArtifactError, type CaptureIdentity } from '@nicdiag/artifacts';
import { createInformer, type KubeClient, objectKey, resource, type Stored } from '@nicdiag/kube';
import { parseQuantity } from '@nicdiag/runtime';

/** What the server needs to know of a DiagnosticCapture. */
export interface LiveCapture extends CaptureIdentity {
  readonly maxBytesTotal: number;
}

/** The captures that exist, followed by a watch. */
export interface CaptureIndex {
  run(options: { readonly signal: AbortSignal }): Promise<void>;
  hasSynced(): boolean;
  /** What the watch has shown so far; asks nobody. */
  nameOf(uid: string): CaptureIdentity | undefined;
  /** @throws ArtifactError `CaptureNotFound`, only after the API server itself was asked: an agent drops its spool then */
  byUid(uid: string): Promise<LiveCapture>;
  /** @throws ArtifactError `CaptureNotFound` */
  byName(name: { readonly namespace: string; readonly name: string }): Promise<LiveCapture>;
  /** UIDs as the API server has them now.
   * @throws KubeError, `NotFound` when the CRD is gone */
  liveUids(options: { readonly signal: AbortSignal }): Promise<ReadonlySet<string>>;
}

const CAPTURES = resource<DiagnosticCapture>(
  RESOURCES.DiagnosticCapture.apiVersion,
  RESOURCES.DiagnosticCapture.plural,
);

export function createCaptureIndex(client: KubeClient, onError: (error: unknown, doing: string) => void): CaptureIndex {
  const informer = createInformer({
    ...{ client, resource: CAPTURES, transform: liveCapture, onError },
    indexers: { uid: (capture: LiveCapture) => [capture.uid] },
  });
  let asking: Promise<ReadonlyMap<string, LiveCapture>> | undefined;
  /** One list for all who miss something at the same time. */
  const listAll = (): Promise<ReadonlyMap<string, LiveCapture>> => {
    asking ??= listLive(client).finally(() => {
      asking = undefined;
    });
    return asking;
  };
  return {
    run: (options) => informer.run(options),
    hasSynced: () => informer.hasSynced(),
    nameOf: (uid) => informer.byIndex('uid', uid)[0],
    async byUid(uid) {
      const known = informer.byIndex('uid', uid)[0] ?? (await listAll()).get(uid);
      if (known !== undefined) return known;
      throw new ArtifactError('CaptureNotFound', `there is no DiagnosticCapture with UID ${uid}: it was deleted`);
    },
    async byName(name) {
      const known = informer.get(objectKey(name)) ?? (await findLive(client, name));
      if (known !== undefined) return known;
      throw new ArtifactError('CaptureNotFound', `there is no DiagnosticCapture ${name.namespace}/${name.name}`);
    },
    async liveUids({ signal }) {
      const uids = new Set<string>();
      for await (const page of client.pages(CAPTURES, { signal }))
        for (const item of page.items) uids.add(item.metadata.uid);
      return uids;
    },
  };
}

function liveCapture(capture: Stored<DiagnosticCapture>): LiveCapture {
  const { namespace = '', name, uid } = capture.metadata;
  return { namespace, name, uid, maxBytesTotal: parseQuantity(capture.spec.limits.maxBytesTotal) };
}

async function listLive(client: KubeClient): Promise<ReadonlyMap<string, LiveCapture>> {
  const { items } = await client.list(CAPTURES);
  return new Map(items.map((item) => [item.metadata.uid, liveCapture(item)]));
}

async function findLive(
  client: KubeClient,
  name: { readonly namespace: string; readonly name: string },
): Promise<LiveCapture | undefined> {
  const found = await client.find(CAPTURES, name);
  return found === undefined ? undefined : liveCapture(found);
}
