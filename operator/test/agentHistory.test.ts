import test from 'ava';
import { createAgentHistory } from '../src/agentHistory.ts';
import { agentGraceMs, agentMissingFrom } from '../src/capture/nodeView.ts';

const pod = (ready: boolean, sinceMs: number) => ({ name: 'p', nodeName: 'a', ready, sinceMs });

test('an agent is present when one of its Pods is Ready', (t) => {
  const history = createAgentHistory(() => 0);
  t.deepEqual(history.presence('a', [pod(false, 5), pod(true, 1)]), { ready: true });
  t.is(history.presence('a', []).awaySinceMs, undefined);
  t.is(history.presence('a', [pod(false, 5), pod(false, 9)]).awaySinceMs, 9);
});

test('between two Pods of a DaemonSet the agent is only away, and missing after the grace', (t) => {
  let now = 1_000;
  const history = createAgentHistory(() => now);
  history.gone('a');
  t.is(agentMissingFrom(history.presence('a', [])), 1_000 + agentGraceMs);
  now += agentGraceMs;
  history.gone('b');
  t.is(history.presence('a', []).awaySinceMs, undefined);
});
