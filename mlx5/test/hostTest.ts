import anyTest, { type TestFn } from 'ava';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from './emulatedHost.ts';

/** Tests on one emulated host that they share, one after another; where there can be none they are skipped with a word. */
export function hostTest(profile: string) {
  const suite = anyTest as TestFn<{ readonly host: EmulatedHost }>;
  const reason = whyNoEmulator();
  if (reason !== undefined) {
    suite(`emulated hosts are skipped: ${reason}`, (t) => t.pass());
    return suite.skip;
  }
  suite.before(async (t) => {
    t.context = { host: await emulatedHost(profile) };
  });
  // What the test before has left to the background is not counted in this one.
  suite.beforeEach((t) => t.context.host.untilIdle());
  suite.after.always((t) => t.context.host?.stop());
  return suite.serial;
}
