import { setTimeout } from 'node:timers/promises';
import { type AdminClient, ApiError, type ApiObject } from './adminClient.ts';

const WAIT_MS = 120_000;
const POLL_MS = 50;

/** Creates an object that admission refuses until a controller or an informer has caught up: a Pod right after its
 * ServiceAccount ("error looking up service account"), anything right after its namespace. Other refusals are thrown
 * at once. */
export async function createWhenAdmitted(admin: AdminClient, path: string, body: unknown): Promise<ApiObject> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await admin.object('POST', path, { body });
    } catch (error) {
      const early = error instanceof ApiError && /error looking up service account|not yet found/.test(error.message);
      if (!early || Date.now() > deadline) throw error;
      await setTimeout(POLL_MS);
    }
  }
}
