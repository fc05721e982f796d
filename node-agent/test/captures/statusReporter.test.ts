import { createLogger } from '@nicdiag/runtime';
import test from 'ava';
import type { ApiClient } from '../../src/apiServer/apiClient.ts';
import { ApiError } from '../../src/apiServer/apiError.ts';
import { createStatusReporter } from '../../src/captures/statusReporter.ts';

const logger = createLogger({ program: 'test' });
logger.silent = true;
const target = { uid: 'u1', namespace: 'sre', name: 'slow-1', capture: { name: 'slow', uid: 'c1' } };
const status = { state: 'Succeeded', reason: 'Succeeded', startedAt: 'a', finishedAt: 'b' } as const;
const signal = AbortSignal.timeout(300_000);

const refused = (code: number, reason: string) => new ApiError('PATCH', { status: code, code: reason, message: 'no' });
const node = (uid: string, state?: string) => ({
  kind: 'NodeCapture',
  metadata: { name: 'slow-1', uid },
  spec: { nodeName: 'gpu-a' },
  ...(state === undefined ? {} : { status: { state } }),
});

/** An API server that answers patches in turn, and gets with one object. */
function reporter(answers: readonly (Error | undefined)[], object?: object) {
  const patches: { path: string; patch: unknown }[] = [];
  const client = {
    patch: async (path: string, patch: unknown) => {
      patches.push({ path, patch });
      const answer = answers[Math.min(patches.length, answers.length) - 1];
      if (answer !== undefined) throw answer;
    },
    get: async () => {
      if (object === undefined) throw refused(404, 'NotFound');
      return object;
    },
  } as unknown as ApiClient;
  return { patches, ...createStatusReporter(client, 'gpu-a', logger) };
}

test('the status is a merge patch of the status subresource that names the UID', async (t) => {
  const { final, patches } = reporter([undefined]);
  t.is(await final(target, status, { signal }), 'written');
  t.deepEqual(patches, [
    {
      path: '/apis/nicdiag.dev/v1alpha1/namespaces/sre/nodecaptures/slow-1/status',
      patch: { metadata: { uid: 'u1' }, status },
    },
  ]);
});

test('an outage only delays the final status', async (t) => {
  const { final, patches } = reporter([new Error('ECONNREFUSED'), refused(503, 'ServiceUnavailable'), undefined]);
  t.is(await final(target, status, { signal }), 'written');
  t.is(patches.length, 3);
});

test('422 on a terminal NodeCapture is final: somebody else was first', async (t) => {
  t.is(await reporter([refused(422, 'Invalid')], node('u1', 'Failed')).final(target, status, { signal }), 'ended');
});

test('404 and another UID under the name mean that it is gone', async (t) => {
  t.is(await reporter([refused(404, 'NotFound')]).final(target, status, { signal }), 'gone');
  t.is(await reporter([refused(409, 'Conflict')], node('u2')).final(target, status, { signal }), 'gone');
});

test('a status that the API server objects to is written shorter: every capture ends', async (t) => {
  const { final, patches } = reporter([refused(422, 'Invalid'), undefined], node('u1', 'Running'));
  t.is(await final(target, { ...status, devices: [] }, { signal }), 'written');
  t.like(patches[1]?.patch, { status: { state: 'Succeeded', reason: 'Succeeded', startedAt: 'a', finishedAt: 'b' } });
  t.false(JSON.stringify(patches[1]?.patch).includes('devices'));
});

test('progress is tried once', async (t) => {
  const { progress, patches } = reporter([new Error('ECONNREFUSED')]);
  await t.throwsAsync(progress(target, { state: 'Running' }, { signal }), { message: 'ECONNREFUSED' });
  t.is(patches.length, 1);
  t.is(
    await reporter([refused(422, 'Invalid')], node('u1', 'Failed')).progress(target, { state: 'Running' }, { signal }),
    'ended',
  );
});
