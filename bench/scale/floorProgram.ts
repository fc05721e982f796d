/** The floor: the two writes with which a node gets its work, and nothing else, as fast as the API server takes them.
 * What remains of the time with an operator in its place is the operator's. `node floorProgram.ts FLOOR.json`. */
import { readFileSync } from 'node:fs';
import { createWire, renderRequest } from './wire.ts';

export interface FloorFile {
  readonly server: string;
  readonly ca: string;
  /** the operator's: the same policies hold */
  readonly token: string;
  /** requests in flight */
  readonly atOnce: number;
  readonly nodes: readonly {
    readonly name: string;
    readonly uid: string;
    /** of its NicNode; undefined when it is to be made */
    readonly generation: number | undefined;
    /** JSON of its NodeCapture */
    readonly child: string;
  }[];
}

const GROUP = '/apis/nicdiag.dev/v1alpha1';
const { server, ca, token, atOnce, nodes }: FloorFile = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));
using wire = createWire({ server, ca, connections: atOnce });
const query = 'fieldManager=nicdiag-operator&fieldValidation=Strict';

// Connections are made before the time begins.
await Promise.all(Array.from({ length: atOnce }, () => write('GET', `${GROUP}/nodecaptures?limit=1`, '')));
await new Promise<void>((resolve) => {
  process.once('message', () => resolve());
  process.send?.('ready');
});
const queue = nodes.values();
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (const node of queue) await assign(node);
  }),
);
process.disconnect();

async function assign({ name, uid, generation, child }: FloorFile['nodes'][number]): Promise<void> {
  const created = await write('POST', `${GROUP}/namespaces/default/nodecaptures?${query}`, child);
  const { metadata } = JSON.parse(created) as { metadata: { uid: string; name: string } };
  const assignedAt = new Date().toISOString();
  const assignments = [{ uid: metadata.uid, namespace: 'default', name: metadata.name, cancel: false, assignedAt }];
  if (generation === undefined) {
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid };
    const object = {
      apiVersion: 'nicdiag.dev/v1alpha1',
      kind: 'NicNode',
      metadata: { name, ownerReferences: [owner] },
      spec: { assignments },
    };
    await write('POST', `${GROUP}/nicnodes?${query}`, JSON.stringify(object));
    return;
  }
  const patch = [
    { op: 'test', path: '/metadata/generation', value: generation },
    { op: 'add', path: '/spec/assignments', value: assignments },
  ];
  await write('PATCH', `${GROUP}/nicnodes/${name}?${query}`, JSON.stringify(patch));
}

async function write(method: string, path: string, body: string): Promise<string> {
  const contentType = method === 'PATCH' ? 'application/json-patch+json' : 'application/json';
  const answer = await wire.call(renderRequest({ method, path, token, body, contentType }));
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
  return answer.body;
}
