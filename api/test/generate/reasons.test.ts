import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readReasons } from '../../generate/reasons.ts';
import { Reason } from '../../src/index.ts';

function read(t: ExecutionContext, yaml: string): ReturnType<typeof readReasons> {
  const folder = mkdtempSync(join(tmpdir(), 'nicdiag-reasons-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'reasons.yaml'), yaml);
  return readReasons(join(folder, 'reasons.yaml'));
}

const row = (reason: string, on = '[node]', check = 'c'): string =>
  `- {reason: ${reason}, on: ${on}, means: m, check: ${check}}\n`;

for (const [given, yaml, message] of [
  ['a name that is not CamelCase', row('agent-lost'), /agent-lost: a reason is CamelCase/],
  ['a place that does not exist', row('AgentLost', '[pod]'), /AgentLost: unknown place pod/],
  ['no place', row('AgentLost', '[]'), /AgentLost: appears nowhere/],
  ['nothing to check', row('AgentLost', '[node]', "''"), /AgentLost: says neither/],
  ['the same reason twice', row('AgentLost') + row('AgentLost'), /AgentLost: must come before AgentLost/],
  ['a row out of order', row('B1') + row('A1'), /A1: must come before B1/],
] as const) {
  test(`the table of reasons is refused with ${given}`, (t) => {
    t.throws(() => read(t, yaml), { message });
  });
}

test('a reason is its own name', (t) => {
  for (const [name, value] of Object.entries(Reason)) t.is(name, value);
});
