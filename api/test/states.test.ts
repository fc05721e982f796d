import test from 'ava';
import { isTerminalState } from '../src/index.ts';

for (const state of ['Succeeded', 'Partial', 'Failed', 'Unsupported', 'Cancelled'] as const) {
  test(`${state} is terminal`, (t) => t.true(isTerminalState(state)));
}

for (const state of ['Queued', 'Running', undefined] as const) {
  test(`${state ?? 'a NodeCapture without a state'} is not terminal`, (t) => t.false(isTerminalState(state)));
}
