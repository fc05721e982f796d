/** A fleet of simulated agents in one process: each watches its NicNode as a real one does, with its own token over a
 * connection of its own; asks for the NodeCapture of a new assignment; and after the time that the work of a real one
 * takes, writes the final status, once. Their calls share kept connections, and no answer is looked into.
 * `node agentsProgram.ts FLEET.json`, talks with its parent by IPC. */
import { readFileSync } from 'node:fs';
import { createWire, renderRequest } from './wire.ts';

export interface FleetFile {
  readonly server: string;
  readonly ca: string;
  readonly agents: readonly { readonly node: string; readonly token: string }[];
  /** milliseconds of work between the NodeCapture and the final status, at random within these */
  readonly workMs: readonly [number, number];
  /** what every agent writes at the end, without its times */
  readonly status: Readonly<Record<string, unknown>>;
}

/** What a child tells its parent. Times are milliseconds since the epoch. */
export type AgentNews =
  | { readonly type: 'watching' }
  /** One agent: its assignment was seen, its NodeCapture read, its final status accepted. */
  | {
      readonly type: 'done';
      readonly capture: string;
      readonly seen: number;
      readonly read: number;
      readonly written: number;
    }
  | { readonly type: 'refused'; readonly what: string };

const GROUP = '/apis/nicdiag.dev/v1alpha1';
const fleet: FleetFile = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));
const wire = createWire({ server: fleet.server, ca: fleet.ca, connections: 32 });
process.once('disconnect', () => process.exit());
const tell = (news: AgentNews) => process.send?.(news);

await eachOf(fleet.agents, 16, watch);
tell({ type: 'watching' });

async function watch({ node, token }: FleetFile['agents'][number]): Promise<void> {
  const query = `watch=1&fieldSelector=metadata.name%3D${node}&allowWatchBookmarks=true&timeoutSeconds=3600&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
  const known = new Set<string>();
  let described = false;
  const request = renderRequest({ method: 'GET', path: `${GROUP}/nicnodes?${query}`, token });
  // 429: the watch cache of a new kind is still being filled.
  while ((await wire.stream(request, onLine)) !== 200) await new Promise((resolve) => setTimeout(resolve, 1_000));

  function onLine(line: string): void {
    const event = JSON.parse(line) as {
      type: string;
      object: { spec?: { assignments?: Assignment[] }; status?: { agent?: object } };
    };
    if (event.type === 'DELETED') described = false;
    if (event.type !== 'ADDED' && event.type !== 'MODIFIED') return;
    for (const assignment of event.object.spec?.assignments ?? []) {
      if (known.has(assignment.uid)) continue;
      known.add(assignment.uid);
      void work(assignment, token);
    }
    if (described || event.object.status?.agent) return;
    described = true;
    void describe(node, token);
  }
}

interface Assignment {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

async function work({ namespace, name }: Assignment, token: string): Promise<void> {
  const seen = Date.now();
  const path = `${GROUP}/namespaces/${namespace}/nodecaptures/${name}`;
  // From the cache, as a real agent asks for what was assigned a moment ago; from the store what the cache has not seen yet.
  const cached = await wire.call(renderRequest({ method: 'GET', path: `${path}?resourceVersion=0`, token }));
  if (cached.status !== 200 && !(await accepted('GET', path, token))) return;
  const read = Date.now();
  const [least, most] = fleet.workMs;
  await new Promise((resolve) => setTimeout(resolve, least + Math.random() * (most - least)));
  const times = { startedAt: iso(read), firstCommandAt: iso(read), finishedAt: iso(Date.now()) };
  const body = JSON.stringify({ status: { ...fleet.status, ...times } });
  if (!(await accepted('PATCH', `${path}/status`, token, body))) return;
  tell({ type: 'done', capture: name, seen, read, written: Date.now() });
}

async function describe(node: string, token: string): Promise<void> {
  const agent = { version: '0.0.0', collectors: ['RegisterDump', 'CapabilityDump'], startedAt: iso(Date.now()) };
  await accepted('PATCH', `${GROUP}/nicnodes/${node}/status`, token, JSON.stringify({ status: { agent, devices: 8 } }));
}

async function accepted(method: string, path: string, token: string, body?: string): Promise<boolean> {
  const contentType = 'application/merge-patch+json';
  const { status, body: said } = await wire.call(
    renderRequest({ method, path, token, ...(body ? { body, contentType } : {}) }),
  );
  if (status < 300) return true;
  tell({ type: 'refused', what: `${method} ${path}: ${status} ${said.slice(0, 300)}` });
  return false;
}

async function eachOf<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await act(item);
    }),
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
