import test from 'ava';
import { resolveAgain, resolveTarget } from '../../src/capture/target.ts';

const devices = { functions: ['PF' as const], linkState: 'Any' as const };
const node = (name: string, pool: string, createdMs = 0) => ({ name, uid: name, createdMs, labels: { pool } });
const nodes = [node('b', 'x'), node('a', 'x'), node('c', 'y')];
const selector = { nodeSelector: { matchLabels: { pool: 'x' } }, devices };

test('a selector gives the matching nodes, sorted', (t) => {
  t.deepEqual(resolveTarget(selector, nodes), { nodes: ['a', 'b'], vanished: 0 });
});

test('names are taken as they are, also of nodes that do not exist: those fail with a reason', (t) => {
  t.deepEqual(resolveTarget({ nodeNames: ['z', 'a'], devices }, nodes), { nodes: ['a', 'z'], vanished: 0 });
});

test('the device filter excludes no node: only its agent knows what is there now', (t) => {
  const filtered = { ...selector, devices: { ...devices, models: ['no such model'] } };
  t.deepEqual(resolveTarget(filtered, nodes).nodes, ['a', 'b']);
});

test('resolved again after a restart: nodes that began stay, younger nodes stay out, the total does not shrink', (t) => {
  const now = [node('a', 'x'), node('young', 'x', 2_000), node('b', 'relabelled')];
  t.deepEqual(resolveAgain(selector, now, { started: ['gone'], acceptedMs: 1_000, targeted: 3 }), {
    nodes: ['a', 'gone'],
    vanished: 1,
  });
});
