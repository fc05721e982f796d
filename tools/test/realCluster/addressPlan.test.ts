import test from 'ava';
import { addressPlan, MOST_NODES } from '../../src/realCluster/addressPlan.ts';

test('machine, nodes, Pods and Services have their places in one block', (t) => {
  const plan = addressPlan(70);
  t.is(plan.machine, '10.70.0.1');
  t.is(plan.node(1), '10.70.0.11');
  t.is(plan.podsOf(1), '10.70.65.0/24');
  t.is(plan.kubernetes, '10.70.128.1');
});

test('the Pods of the last node are still Pods, and its address is one of the nodes', (t) => {
  const plan = addressPlan(70);
  // 10.70.64.0/18 ends with 10.70.127.255.
  t.is(plan.podsOf(MOST_NODES), '10.70.127.0/24');
  t.is(plan.node(MOST_NODES), '10.70.0.73');
});

for (const number of [0, MOST_NODES + 1, 1.5]) {
  test(`there is no node ${number}`, (t) => {
    t.throws(() => addressPlan(70).node(number), { instanceOf: RangeError });
    t.throws(() => addressPlan(70).podsOf(number), { instanceOf: RangeError });
  });
}
