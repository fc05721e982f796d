import test from 'ava';
import fc from 'fast-check';
import { decideFanOut, maxRound } from '../../src/capture/fanOut.ts';
import type { NodeView } from '../../src/capture/nodeView.ts';

const ready: NodeView = { node: { uid: 'u', createdMs: 0 }, agent: { ready: true }, collectors: undefined };
const missing: NodeView = { ...ready, agent: { ready: false } };
const away: NodeView = { ...ready, agent: { ready: false, awaySinceMs: 0 } };
const base = { named: true, collectors: [{ type: 'RegisterDump' as const }], nowMs: 1, live: 0, maxNodes: 2 };

test('nodes start in order, as many as there are slots', (t) => {
  const plan = decideFanOut({ ...base, pending: ['a', 'b', 'c'], live: 1, view: () => ready });
  t.deepEqual(plan, { start: ['a'], refuse: [], wakeMs: undefined, more: false });
});

test('a node that is refused or waits takes no slot', (t) => {
  const views: Record<string, NodeView> = { a: missing, b: away, c: ready, d: ready, e: ready };
  const plan = decideFanOut({ ...base, pending: Object.keys(views), view: (name) => views[name]! });
  t.deepEqual(plan.start, ['c', 'd']);
  t.deepEqual(
    plan.refuse.map((refusal) => [refusal.nodeName, refusal.reason]),
    [['a', 'AgentMissing']],
  );
  t.is(plan.wakeMs, 15_000);
});

test('a large fan-out goes in rounds', (t) => {
  const pending = Array.from({ length: maxRound + 1 }, (_, i) => `n${i}`);
  const plan = decideFanOut({ ...base, maxNodes: 5000, pending, view: () => ready });
  t.is(plan.start.length, maxRound);
  t.true(plan.more);
});

test('round after round: never more than maxNodes at once, every node exactly once', (t) => {
  const kind = fc.constantFrom(ready, missing);
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (views, maxNodes) => {
      const nodes = views.map((_, i) => `n${i}`);
      const made = new Set<string>();
      let live = 0;
      for (let round = 0; round < 500 && made.size < nodes.length; round++) {
        const pending = nodes.filter((name) => !made.has(name));
        const plan = decideFanOut({ ...base, pending, live, maxNodes, view: (name) => views[Number(name.slice(1))]! });
        for (const name of [...plan.start, ...plan.refuse.map((refusal) => refusal.nodeName)]) {
          if (made.has(name)) return false;
          made.add(name);
        }
        live += plan.start.length;
        if (live > maxNodes) return false;
        // One of those at work ends.
        if (!plan.more && live > 0) live--;
      }
      return made.size === nodes.length;
    }),
  );
  t.pass();
});
