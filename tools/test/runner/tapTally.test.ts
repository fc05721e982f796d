import test from 'ava';
import { closingLine, createTapTally } from '../../src/runner/tapTally.ts';

const STREAM = `TAP version 13
ok 1 - a › good
#   a note
not ok 2 - a › bad: 1 - 2
  ---
    message: 'not # SKIP'
  ...
ok 3 - a › left out # SKIP
not ok 4 - a › later # TODO

1..4
# tests 4
# pass 1
# skip 1
# fail 1
`;

test('results are counted, what is skipped or still to come apart', (t) => {
  const tally = createTapTally();
  for (const line of STREAM.split('\n')) tally.line(line);
  t.deepEqual(tally.counts, { passed: 1, failed: 1, skipped: 2 });
  t.deepEqual(tally.failures, ['a › bad: 1 - 2']);
});

test('a person reads titles, notes and details, not the framing', (t) => {
  const tally = createTapTally();
  const lines = STREAM.split('\n').map((line) => tally.line(line));
  t.deepEqual(
    lines.filter((line) => line !== undefined),
    [
      '  ✔ a › good',
      '#   a note',
      '  ✖ a › bad: 1 - 2',
      "    message: 'not # SKIP'",
      '  - a › left out (skip)',
      '  - a › later (todo)',
    ],
  );
});

test("of Node's own stream a person reads titles and what is wrong", (t) => {
  const tally = createTapTally();
  const stream = [
    'TAP version 13',
    '# Subtest: good',
    'ok 1 - good',
    '  ---',
    '  duration_ms: 12.5',
    "  type: 'test'",
    '  ...',
    '# Subtest: bad',
    'not ok 2 - bad',
    '  ---',
    '  duration_ms: 3',
    "  type: 'test'",
    "  error: 'it is'",
    '  ...',
    'ok 3 - left out # SKIP there is no compiler',
    '1..3',
    ...['# tests 3', '# suites 0', '# pass 1', '# cancelled 0', '# skipped 1', '# duration_ms 15.5'],
  ];
  const lines = stream.map((line) => tally.line(line)).filter((line) => line !== undefined);
  t.deepEqual(lines, ['  ✔ good', '  ✖ bad', "  error: 'it is'", '  - left out (skip)']);
  t.deepEqual(tally.counts, { passed: 1, failed: 1, skipped: 1 });
});

test('the closing line names skipped tests only when there are some', (t) => {
  t.is(closingLine({ passed: 12, failed: 0, skipped: 0 }), '12 passed, 0 failed');
  t.is(closingLine({ passed: 3, failed: 2, skipped: 1 }), '3 passed, 2 failed, 1 skipped');
});
