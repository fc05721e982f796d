import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PodProgram, type Stack, startStack } from '@nicdiag/tools';
import test from 'ava';
import { type LogLine, missingFields, readLogLines, type Subjects } from './metrics/logLines.ts';
import { matching, parseSamples, type Sample } from './metrics/samples.ts';
import { AT_REST, NOT_ZERO, type ProgramName } from './metrics/tables.ts';

/* What all three programs tell of themselves, after one capture with a refused register and one that had a node which does
 * not exist. */
let stack: Stack;
let programs: Readonly<Record<ProgramName, PodProgram>>;
let texts: Readonly<Record<ProgramName, string>>;
let samples: Readonly<Record<ProgramName, readonly Sample[]>>;
const uids = new Map<string, string>();

const HOSTS = ['gpu-a', 'gpu-c'];
const CAPTURES = {
  refused: { nodeSelector: { matchLabels: { pool: 'h200' } } },
  nowhere: { nodeNames: ['gpu-nowhere'] },
};

function manifest(name: string, target: object): string {
  const collectors = [
    { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } },
    { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Current' } },
  ];
  const kind = { apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture' };
  return JSON.stringify({ ...kind, metadata: { name, namespace: 'default' }, spec: { target, collectors } });
}

test.before(async (t) => {
  t.timeout(900_000);
  stack = await startStack({ hosts: HOSTS, values: JSON.stringify({ logLevel: 'debug' }) });
  await stack.emulator('gpu-a').control({ fault: 'refuse', device: '0000:03:00.0', register: 'PPCNT', status: 3 });
  for (const [name, target] of Object.entries(CAPTURES)) {
    await stack.kubectl(['create', '-f', '-'], { stdin: manifest(name, target) });
    await stack.kubectl(['wait', '--for=condition=Sealed', '--timeout=240s', `diagnosticcapture/${name}`]);
    const uid = await stack.kubectl(['get', 'diagnosticcapture', name, '-o', 'jsonpath={.metadata.uid}']);
    uids.set(uid, `default/${name}`);
  }
  programs = { agent: stack.agent('gpu-a'), operator: stack.operator(), artifactServer: stack.artifactServer };
  await scrape();
  // What comes after a seal, such as the operator's look at its own last write, takes a moment.
  for (const deadline = Date.now() + 120_000; !atRest() && Date.now() < deadline; await scrape()) await sleep(50);
});
test.after.always(() => stack?.[Symbol.asyncDispose]());

async function scrape(): Promise<void> {
  texts = {
    agent: await programs.agent.metrics(),
    operator: await programs.operator.metrics(),
    artifactServer: await programs.artifactServer.metrics(),
  };
  samples = {
    agent: parseSamples(texts.agent),
    operator: parseSamples(texts.operator),
    artifactServer: parseSamples(texts.artifactServer),
  };
}

function atRest(): boolean {
  return AT_REST.every(([program, name]) => matching(samples[program], name).every(({ value }) => value === 0));
}

for (const [program, name, labels = {}] of NOT_ZERO) {
  const shown = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  test(`after a capture ${program} has ${name}{${shown.join()}}`, (t) => {
    const found = matching(samples[program], name, labels);
    t.true(
      found.some(({ value }) => value > 0),
      found.length > 0 ? JSON.stringify(found) : texts[program],
    );
  });
}

for (const [program, name] of AT_REST) {
  test(`at rest ${program} has ${name} at 0`, (t) => {
    const found = matching(samples[program], name);
    t.not(found.length, 0, texts[program]);
    t.deepEqual(
      found.filter(({ value }) => value !== 0),
      [],
    );
  });
}

test('docs/metrics.md lists the metrics of all three programs with their labels, and no others', (t) => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \|(.*?)\| (agent|operator|artifact server|all) \|/gm)];
  for (const [program, text] of Object.entries(texts)) {
    const name = program === 'artifactServer' ? 'artifact server' : program;
    const listed = rows.filter(([, , , of]) => of === name || of === 'all').map(([, metric = '']) => metric);
    // A counter's family is named without its suffix.
    const served = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, family, kind]) =>
      kind === 'counter' ? `${family}_total` : family,
    );
    t.deepEqual(listed.sort(), served.sort(), program);
  }
  const labelsOf = new Map(
    rows.map(([, metric, labels = '']) => [metric, [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label)]),
  );
  for (const { name, labels } of Object.values(samples).flat()) {
    const { le: _, ...own } = labels;
    const listed = labelsOf.get(name) ?? labelsOf.get(name.replace(/_(sum|count|bucket)$/, ''));
    t.deepEqual(Object.keys(own).sort(), [...(listed ?? [])].sort(), name);
  }
});

test('a device has its firmware and PSID as labels, one that does not tell them has none', async (t) => {
  const [card] = matching(samples.agent, 'nicdiag_device_info', { pci: '0000:03:00.0' });
  t.regex(card?.labels['fw'] ?? '', /^\d+\.\d+\.\d+$/);
  t.regex(card?.labels['psid'] ?? '', /^MT_\d{10}$/);
  const [limited] = matching(parseSamples(await stack.agent('gpu-c').metrics()), 'nicdiag_device_info');
  t.like(limited?.labels, { node: 'gpu-c', model: 'BlueField-3', fw: '' });
});

test('no metric has a label for each register, capture or artifact', (t) => {
  const many = /PPCNT|sha256|[0-9a-f]{8}-[0-9a-f]{4}-/;
  for (const [program, all] of Object.entries(samples))
    t.deepEqual(
      all.filter(({ labels }) => Object.values(labels).some((value) => many.test(value))),
      [],
      program,
    );
});

test('metrics come as OpenMetrics; a slow bucket leads to its capture', async (t) => {
  for (const { healthUrl } of Object.values(programs)) {
    const response = await fetch(`${healthUrl}/metrics`);
    t.regex(response.headers.get('content-type') ?? '', /^application\/openmetrics-text/);
    t.true((await response.text()).endsWith('# EOF\n'));
  }
  const [uid] = uids.keys();
  const line = new RegExp(`^nicdiag_capture_start_latency_seconds_bucket\\{.*# \\{capture_uid="${uid}"\\} `, 'm');
  t.regex(texts.agent, line);
});

test('all three programs answer /livez and /readyz', async (t) => {
  for (const { healthUrl, name } of Object.values(programs))
    for (const path of ['/livez', '/readyz']) {
      const response = await fetch(`${healthUrl}${path}`);
      t.is(response.status, 200, `${name} ${path}`);
      t.is(await response.text(), 'ok\n');
    }
});

function logs(): Map<string, LogLine[]> {
  const files = readdirSync(stack.logs).filter((file) => file.startsWith('nicdiag-'));
  return new Map(files.map((file) => [file, readLogLines(join(stack.logs, file))]));
}

test('every line of a log is JSON with time, level, program and message', (t) => {
  const byFile = logs();
  t.is(byFile.size, 4, 'two agents, the operator, the artifact server');
  for (const [file, lines] of byFile) {
    t.not(lines.length, 0, file);
    for (const { text, fields } of lines) {
      const { time, level, program, message } = fields;
      t.regex(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, text);
      t.regex(String(level), /^(error|warn|info|debug)$/, text);
      t.is(typeof program, 'string', text);
      t.is(typeof message, 'string', text);
    }
  }
});

test('a line that speaks of a capture, a node or a device names it in its field', (t) => {
  const subjects: Subjects = { captures: uids, nodes: [...HOSTS, 'gpu-nowhere'] };
  const seen = new Set<string>();
  for (const [file, lines] of logs())
    for (const line of lines) {
      t.deepEqual(missingFields(line, subjects), [], `${file}: ${line.text}`);
      for (const field of ['capture', 'node', 'device']) if (field in line.fields) seen.add(`${file} ${field}`);
    }
  t.deepEqual([...seen].sort(), [
    ...['nicdiag-agent-gpu-a.log capture', 'nicdiag-agent-gpu-a.log device', 'nicdiag-agent-gpu-a.log node'],
    ...['nicdiag-agent-gpu-c.log capture', 'nicdiag-agent-gpu-c.log device', 'nicdiag-agent-gpu-c.log node'],
    ...['nicdiag-artifacts-0.log capture', 'nicdiag-artifacts-0.log device', 'nicdiag-artifacts-0.log node'],
    ...['nicdiag-operator-0.log capture', 'nicdiag-operator-0.log node'],
  ]);
});
