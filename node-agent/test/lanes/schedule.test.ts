import test from 'ava';
import fc from 'fast-check';
import { type LaneState, MAX_ACTIVE, MAX_LOST, schedule } from '../../src/lanes/schedule.ts';

const turns = (...asics: string[]) => asics.map((asic, index) => ({ id: index + 1, asic }));

const cases: readonly (readonly [string, LaneState, readonly number[], readonly number[]])[] = [
  ['two ASICs run at once', { waiting: turns('a', 'b', 'c'), active: [], lost: [] }, [1, 2], []],
  ['one ASIC runs one turn at a time', { waiting: turns('a', 'a', 'b'), active: [], lost: [] }, [1, 3], []],
  ['a busy ASIC waits, a free one does not', { waiting: turns('a', 'b'), active: ['a'], lost: [] }, [2], []],
  ['no place, no start', { waiting: turns('a'), active: ['b', 'c'], lost: [] }, [], []],
  ['a stuck ASIC is refused, the others are served', { waiting: turns('a', 'b'), active: [], lost: ['a'] }, [2], [1]],
  ['beside a lost lane two more may work', { waiting: turns('b', 'c'), active: [], lost: ['a'] }, [1, 2], []],
  ['with two lost no further device is opened', { waiting: turns('c', 'd'), active: [], lost: ['a', 'b'] }, [], [1, 2]],
];

for (const [title, state, start, refuse] of cases) {
  test(title, (t) => {
    t.deepEqual(schedule(state), { start, refuse });
  });
}

test('threads are bounded, an ASIC has one turn, and within an ASIC turns keep their order', (t) => {
  const asic = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const state = fc.record({
    waiting: fc.array(asic, { maxLength: 12 }).map((asics) => turns(...asics)),
    active: fc.uniqueArray(asic, { maxLength: MAX_ACTIVE }),
    lost: fc.uniqueArray(asic, { maxLength: MAX_LOST }),
  });
  fc.assert(
    fc.property(state, (given) => {
      const { start, refuse } = schedule(given);
      const asicOf = (id: number) => given.waiting.find((turn) => turn.id === id)?.asic;
      const busy = [...given.active, ...start.map(asicOf)];
      const first = start.every((id) => given.waiting.find((turn) => turn.asic === asicOf(id))?.id === id);
      return (
        busy.length <= MAX_ACTIVE &&
        new Set(busy).size === busy.length &&
        first &&
        start.every((id) => !refuse.includes(id)) &&
        start.every((id) => given.lost.every((asic) => asic !== asicOf(id)))
      );
    }),
  );
  t.pass();
});
