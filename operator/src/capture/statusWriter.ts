import { isDeepStrictEqual } from 'node:util';
import type { DiagnosticCapture, DiagnosticCaptureStatus } from '@nicdiag/api';
import type { KubeClient, Stored } from '@nicdiag/kube';
import { passCrashPoint } from '../crashPoints.ts';
import { type Fence, requireLeader } from '../fence.ts';
import { captures, fieldManager } from '../resources.ts';
import type { World } from '../world.ts';

/** Progress of one capture is written at most so often. Its acceptance, its end and its seal are written at once. */
export const statusIntervalMs = 1_000;

export interface StatusWriter {
  /** Writes a status where it differs from the capture's.
   * @returns milliseconds after which to ask again, when it was too early; 0 when there is nothing left to write */
  write(
    capture: Stored<DiagnosticCapture>,
    status: DiagnosticCaptureStatus,
    options: { signal: AbortSignal },
  ): Promise<number>;
  forget(captureUid: string): void;
}

export interface StatusWriterOptions {
  client: KubeClient;
  world: Pick<World, 'captures'>;
  fence: Fence;
  /** Told of each status that was written. */
  onWritten: (before: Stored<DiagnosticCapture>, after: DiagnosticCaptureStatus) => void;
}

export function createStatusWriter({ client, world, fence, onWritten }: StatusWriterOptions): StatusWriter {
  const writtenAt = new Map<string, number>();
  return {
    async write(capture, status, { signal }) {
      const before = capture.status;
      if (isDeepStrictEqual(before ?? {}, status)) return 0;
      const { uid, name, namespace, resourceVersion } = capture.metadata;
      const finishing = status.finishedAt !== undefined && !before?.finishedAt;
      const urgent = !before?.startedAt || finishing || status.manifest?.digest !== before.manifest?.digest;
      const waitMs = (writtenAt.get(uid) ?? Number.NEGATIVE_INFINITY) + statusIntervalMs - performance.now();
      if (!urgent && waitMs > 0) return Math.ceil(waitMs);
      requireLeader(fence);
      passCrashPoint(before?.startedAt ? 'beforeStatus' : 'beforeAccept');
      writtenAt.set(uid, performance.now());
      const written = await client.patch(
        captures,
        { namespace, name },
        // With the version read: a status made from an older picture must not overwrite a newer one.
        { type: 'merge', body: { metadata: { resourceVersion }, status } },
        { subresource: 'status', fieldManager, signal },
      );
      passCrashPoint(finishing ? 'afterFinish' : before?.startedAt ? 'afterStatus' : 'afterAccept');
      onWritten(capture, status);
      world.captures.observe(written);
      return 0;
    },
    forget: (captureUid) => {
      writtenAt.delete(captureUid);
    },
  };
}
