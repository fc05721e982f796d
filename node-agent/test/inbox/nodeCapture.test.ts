import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createApiClient } from '../../src/apiServer/apiClient.ts';
import { getNewNodeCapture } from '../../src/inbox/nodeCapture.ts';
import { type Answer, fakeApiServer } from '../apiServer/fakeApiServer.ts';

/* That the cache of an API server is behind cannot be made to happen with a real one. */
const directory = mkdtempSync(join(tmpdir(), 'nicdiag-node-capture-'));
const tokenFile = join(directory, 'token');
writeFileSync(tokenFile, 'token');
test.after.always(() => rmSync(directory, { recursive: true }));

const key = { namespace: 'sre', name: 'slow-rail-1', uid: 'new' };
const object =
  (uid: string): Answer =>
  (response) => {
    response.end(JSON.stringify({ kind: 'NodeCapture', metadata: { name: key.name, uid }, spec: {} }));
  };
const absent: Answer = (response) => {
  response.writeHead(404).end(JSON.stringify({ kind: 'Status', reason: 'NotFound', code: 404 }));
};

for (const [title, answers, found, asked] of [
  ['has it', [object('new')], 'new', ['0']],
  ['has not seen it yet', [absent, object('new')], 'new', ['0', null]],
  ['still has one of that name that was deleted', [object('old'), object('new')], 'new', ['0', null]],
  ['and the store have nothing of that name', [absent, absent], undefined, ['0', null]],
] as const) {
  test(`a NodeCapture that was just assigned is asked of the cache: the cache ${title}`, async (t) => {
    await using server = await fakeApiServer(...answers);
    using client = createApiClient({ url: server.url, tokenFile, userAgent: 'test' });
    const signal = AbortSignal.timeout(60_000);
    t.is((await getNewNodeCapture(client, key, { signal }))?.metadata.uid, found);
    t.deepEqual(
      server.seen.map(({ query }) => query.get('resourceVersion')),
      [...asked],
    );
  });
}
