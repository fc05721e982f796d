import { setTimeout } from 'node:timers/promises';
import { type AdminClient, ApiError } from '@nicdiag/tools';

const PATIENCE_MS = 60_000;
const POLL_MS = 50;

interface ResourceList {
  readonly resources: ReadonlyArray<{
    readonly name: string;
    readonly kind: string;
    readonly verbs: readonly string[];
  }>;
}

interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly managedFields?: ReadonlyArray<{ readonly manager?: string; readonly operation?: string }>;
  };
}

/** Every object in the cluster that `kubectl apply --server-side` wrote, as `Kind namespace/name`, sorted. */
export async function appliedObjects(admin: AdminClient): Promise<string[]> {
  return await objectsThat(admin, isApplied);
}

/** Every object in the cluster, as `Kind namespace/name`, sorted. */
export async function allObjects(admin: AdminClient): Promise<string[]> {
  return await objectsThat(admin, () => true);
}

async function objectsThat(admin: AdminClient, is: (object: Listed) => boolean): Promise<string[]> {
  const groups = (await admin.request('GET', '/apis')) as {
    readonly groups: ReadonlyArray<{ readonly preferredVersion: { readonly groupVersion: string } }>;
  };
  const paths = ['/api/v1', ...groups.groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`)];
  const found = await Promise.all(paths.map((path) => objectsOf(admin, path, is)));
  return found.flat().sort();
}

async function objectsOf(admin: AdminClient, path: string, is: (object: Listed) => boolean): Promise<string[]> {
  const { resources } = (await admin.request('GET', path)) as ResourceList;
  const listable = resources.filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'));
  const found = await Promise.all(
    listable.map(async ({ name, kind }) => {
      const { items } = (await listed(admin, `${path}/${name}`)) as { readonly items: readonly Listed[] };
      return items.filter(is).map(({ metadata }) => objectName(kind, metadata));
    }),
  );
  return found.flat();
}

/** While a CRD is being changed, the API server asks to come again for objects of its kind. */
async function listed(admin: AdminClient, path: string): Promise<unknown> {
  for (;;) {
    try {
      return await admin.request('GET', path, { signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'TooManyRequests')) throw error;
      await setTimeout(POLL_MS);
    }
  }
}

function isApplied({ metadata }: Listed): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, operation }) => manager === 'kubectl' && operation === 'Apply',
  );
}

export function objectName(kind: string, metadata: { readonly name: string; readonly namespace?: string }): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
