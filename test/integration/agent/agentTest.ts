import anyTest, { type TestFn } from 'ava';
import { type AgentBench, startAgentBench } from './agentBench.ts';

/** Tests of the agent on a real API server and devices that answer ioctl(2). One after another: they share a node. */
export function agentTest(): TestFn<{ readonly bench: AgentBench }>['serial'] {
  const test = anyTest as TestFn<{ readonly bench: AgentBench }>;
  test.before(async (t) => {
    t.timeout(600_000);
    t.context = { bench: await startAgentBench() };
  });
  test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());
  test.afterEach.always(async (t) => {
    const { bench } = t.context;
    if (!t.passed) t.log(bench?.stack.tails(25));
    await bench?.emulator.control({ fault: 'clear' });
  });
  return test.serial;
}
