import test from 'ava';
import { computeDeadline } from '../../src/captures/deadline.ts';

const assignedAt = '2026-01-01T00:00:00Z';
const at = (seconds: number): string => new Date(Date.parse(assignedAt) + seconds * 1000).toISOString();

for (const [title, deadline, nodeDeadline, end, stop, reason] of [
  ['the node deadline comes first', at(600), '2m', 120, 115, 'NodeDeadlineExceeded'],
  ['the capture deadline comes first', at(60), '2m', 60, 55, 'DeadlineExceeded'],
  ['both at once is the capture', at(120), '2m', 120, 115, 'DeadlineExceeded'],
  ['a short one keeps a tenth back', at(600), '10s', 10, 9, 'NodeDeadlineExceeded'],
  ['one that has passed before the assignment keeps nothing back', at(-5), '2m', -5, -5, 'DeadlineExceeded'],
] as const) {
  test(title, (t) => {
    const result = computeDeadline(deadline, nodeDeadline, assignedAt);
    const start = Date.parse(assignedAt);
    t.deepEqual(
      { end: (result.endMs - start) / 1000, stop: (result.stopMs - start) / 1000, reason: result.reason },
      { end, stop, reason },
    );
  });
}

test('a time that cannot be read is an error that shows it', (t) => {
  t.throws(() => computeDeadline('soon', '2m', assignedAt), { message: /"soon"/ });
});
