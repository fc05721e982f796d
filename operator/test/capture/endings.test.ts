import test from 'ava';
import fc from 'fast-check';
import { decideEnding, type EndingInput, lastWordMs } from '../../src/capture/endings.ts';
import type { NodeView } from '../../src/capture/nodeView.ts';
import { record, startMs } from '../fixtures.ts';

const minute = 60_000;
const present: NodeView = { node: { uid: 'u', createdMs: 0 }, agent: { ready: true }, collectors: ['RegisterDump'] };
const away: NodeView = { ...present, agent: { ready: false, awaySinceMs: startMs } };
const running = record('a', { state: 'Running' });
const base: EndingInput = {
  child: running,
  view: present,
  assignedMs: startMs + 1_000,
  cancelled: false,
  named: true,
  collectors: [{ type: 'RegisterDump' }],
  nowMs: startMs + 2_000,
};
const nodeDeadline = startMs + 1_000 + 2 * minute;
const captureDeadline = startMs + 10 * minute;

const cases: readonly [string, Partial<EndingInput>, string][] = [
  ['at work in time', {}, `wake ${nodeDeadline + lastWordMs}`],
  [
    'past the node deadline, agent there: it has the last word',
    { nowMs: nodeDeadline },
    `wake ${nodeDeadline + lastWordMs}`,
  ],
  ['past the last word, too', { nowMs: nodeDeadline + lastWordMs }, 'Failed NodeDeadlineExceeded'],
  ['past the node deadline, agent away', { nowMs: nodeDeadline, view: away }, 'Failed AgentLost'],
  ['agent away, but in time: it may be restarting', { nowMs: startMs + minute, view: away }, `wake ${nodeDeadline}`],
  [
    'past the capture deadline, agent away',
    { nowMs: captureDeadline, view: away, assignedMs: captureDeadline },
    'Failed DeadlineExceeded',
  ],
  [
    'past the capture deadline with results',
    { nowMs: captureDeadline + lastWordMs, child: { ...running, hasResults: true } },
    'Partial DeadlineExceeded',
  ],
  ['its Node deleted', { view: { ...present, node: undefined } }, 'Failed NodeDeleted'],
  [
    'its Node deleted and made anew',
    { view: { ...present, node: { uid: 'v', createdMs: startMs + 2_000 } } },
    'Failed NodeDeleted',
  ],
  ['cancelled, agent at work: the agent ends it', { cancelled: true }, `wake ${nodeDeadline + lastWordMs}`],
  ['cancelled, agent away', { cancelled: true, view: away }, 'Cancelled Cancelled'],
];
const untouched = { ...running, state: undefined };
const unassigned: readonly [string, Partial<EndingInput>, string][] = [
  ['cancelled', { cancelled: true }, 'Cancelled Cancelled'],
  ['agent there', {}, `wake ${captureDeadline + lastWordMs}`],
  ['agent away for a moment', { view: away }, `wake ${startMs + 15_000}`],
  ['agent away for longer', { view: away, nowMs: startMs + 15_000 }, 'Failed AgentMissing'],
  ['agent too old', { view: { ...present, collectors: [] } }, 'Failed AgentTooOld'],
  ['Node not there', { view: { ...present, node: undefined } }, 'Failed NodeNotFound'],
];

for (const [name, given, expected] of cases) {
  test(`a node given out: ${name}: ${expected.replace(/ \d+/, '')}`, (t) =>
    t.is(decided({ ...base, ...given }), expected));
}
for (const [name, given, expected] of unassigned) {
  test(`a node not given out: ${name}: ${expected.replace(/ \d+/, '')}`, (t) =>
    t.is(decided({ ...base, child: untouched, assignedMs: undefined, ...given }), expected));
}

test('whatever is known: it ends at the latest a last word after the capture deadline, and a wake-up is never in the past', (t) => {
  const input = fc.record({
    nowMs: fc.integer({ min: startMs, max: captureDeadline + minute }),
    assignedMs: fc.option(fc.integer({ min: startMs, max: captureDeadline }), { nil: undefined }),
    cancelled: fc.boolean(),
    view: fc.constantFrom(present, away, { ...present, node: undefined }, { ...present, collectors: undefined }),
    child: fc.constantFrom(running, untouched),
  });
  fc.assert(
    fc.property(input, (given) => {
      const decision = decideEnding({ ...base, ...given });
      if ('ending' in decision) return true;
      return decision.wakeMs > given.nowMs && given.nowMs < captureDeadline + lastWordMs;
    }),
  );
  t.pass();
});

function decided(input: EndingInput): string {
  const decision = decideEnding(input);
  return 'ending' in decision ? `${decision.ending.state} ${decision.ending.reason}` : `wake ${decision.wakeMs}`;
}
