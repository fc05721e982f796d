import test from 'ava';
import fc from 'fast-check';
import { createStore } from '../src/store.ts';

interface Record {
  name: string;
  colours: string[];
}
const entry = (uid: string, version: string, record: Record) => ({ uid, resourceVersion: version, record });

test('an object deleted and made anew under its name is a deletion and an addition', (t) => {
  const store = createStore<Record, never>({});
  const old = { name: 'a', colours: [] };
  const anew = { name: 'a', colours: [] };
  store.set('a', entry('u1', '1', old));
  t.deepEqual(store.set('a', entry('u2', '5', anew)), [
    { type: 'deleted', key: 'a', record: old },
    { type: 'added', key: 'a', record: anew },
  ]);
});

test('the same version again is no change', (t) => {
  const store = createStore<Record, never>({});
  store.set('a', entry('u', '1', { name: 'a', colours: [] }));
  t.deepEqual(store.set('a', entry('u', '1', { name: 'a', colours: [] })), []);
});

test('an index finds exactly what a scan finds, after any sequence of changes', (t) => {
  const colours = ['red', 'green', 'blue'];
  const change = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    uid: fc.constantFrom('1', '2'),
    gone: fc.boolean(),
    colours: fc.uniqueArray(fc.constantFrom(...colours)),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 50 }), (changes) => {
      const store = createStore<Record, 'colour'>({ colour: (record) => record.colours });
      for (const [version, { key, uid, gone, colours }] of changes.entries()) {
        if (gone) store.delete(key);
        else store.set(key, entry(uid, String(version), { name: key, colours }));
      }
      return colours.every((colour) => {
        const scanned = [...store.values()].filter((record) => record.colours.includes(colour));
        return new Set(scanned).symmetricDifference(new Set(store.byIndex('colour', colour))).size === 0;
      });
    }),
  );
  t.pass();
});
