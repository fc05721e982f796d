import { type BitField, layoutOf, readBits } from '../prm/index.ts';
import type { Item } from './item.ts';
import { type RegisterIndex, registerRead } from './itemReader.ts';
import { walkModuleEeprom } from './moduleEeprom.ts';
import type { Read } from './placing.ts';
import { type PlanStep, planRow } from './registerPlan.ts';
import type { RegisterRow } from './registerRow.ts';
import { GENERAL_READ, type RegisterSession, registerOf } from './registerSession.ts';

/** Reads the registers of rows that the device has, for each combination of their index values.
 *
 * Working out what rows mean takes longer than the commands. So what was asked and read the first time is kept, by the
 * very list of rows (those of a name change with every capture), and followed as long as the device gives the same answers.
 * @param asked registers that somebody named: read even where the device says that it has none */
export function* readRows(
  session: RegisterSession,
  rows: readonly RegisterRow[],
  asked: boolean,
): Generator<Item, void> {
  const courses = asked ? [] : (known.get(rows) ?? []);
  for (const course of courses) {
    if (yield* follow(session, course)) return;
  }
  // What a course has read that the device did not hold to is not read again.
  const course: Step[] = [];
  const noted = noting(session, course);
  for (const row of rows) {
    for (const step of yield* planRow(noted, row, asked)) {
      course.push(step);
      if (step.type === 'module') yield* walkModuleEeprom(session, step.reads);
      else yield* session.take(step.read);
    }
  }
  if (!asked) known.set(rows, [course, ...courses].slice(0, MOST_COURSES));
}

/** What is read, and in between what the device was asked and had to answer for that to be right. */
type Step =
  | PlanStep
  | { readonly type: 'register'; readonly read: Read; readonly answer: Uint8Array | undefined }
  | { readonly type: 'general'; readonly field: BitField | undefined; readonly answer: number | undefined };

/** As many kinds of cards as a host may have. */
const MOST_COURSES = 3;

const known = new WeakMap<readonly RegisterRow[], readonly (readonly Step[])[]>();

/** @returns false when the device answers otherwise */
function* follow(session: RegisterSession, course: readonly Step[]): Generator<Item, boolean> {
  for (const step of course) {
    if (step.type === 'read') {
      const answered = session.make(step.read);
      if (answered === undefined) continue;
      if (answered.fresh) yield answered.item;
      session.goOn(answered);
    } else if (step.type === 'module') {
      yield* walkModuleEeprom(session, step.reads);
    } else {
      const read = step.type === 'register' ? step.read : GENERAL_READ;
      const answered = session.make(read);
      if (answered !== undefined) {
        if (answered.fresh) yield answered.item;
        session.goOn(answered);
      }
      const answer = session.answerTo(read);
      const same = step.type === 'register' ? isEqual(answer, step.answer) : fieldIn(answer, step) === step.answer;
      if (!same) return false;
    }
  }
  return true;
}

/** A session that notes what is asked and answered, once each. */
function noting(session: RegisterSession, course: Step[]): RegisterSession {
  const asked = new Set<string>();
  const note = (name: string, step: Step): void => {
    if (!asked.has(name)) course.push(step);
    asked.add(name);
  };
  return {
    ...session,
    // What is known already is asked again: the notes are to be whole.
    presence: new Map(),
    *read(name: string, index: RegisterIndex, { probe = true } = {}) {
      const read = registerRead(registerOf(name), index, probe);
      const answer: Uint8Array | undefined = yield* session.take(read);
      note(read.key, { type: 'register', read, answer });
      return answer;
    },
    *general(field) {
      const answer: number | undefined = yield* session.general(field);
      note(field, { type: 'general', field: layoutOf('cmd_hca_cap').byName.get(field), answer });
      return answer;
    },
  };
}

function fieldIn(
  page: Uint8Array | undefined,
  { field }: { readonly field: BitField | undefined },
): number | undefined {
  return page === undefined || field === undefined ? undefined : readBits(page, field.bit, field.width);
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;
}
