import test from 'ava';
import { type DeviceFacts, type PortFacts, readFacts } from '../../src/devices/deviceFacts.ts';
import { type DeviceAnswer, explainHealth } from '../../src/devices/explainHealth.ts';

const up: PortFacts = { number: 1, state: 'Up', wanted: true, speed: '400Gb/s' };
const down: PortFacts = { number: 1, state: 'Down', wanted: true, trouble: 'Cable is unplugged (monitor opcode 1024)' };
const facts = (change: Partial<DeviceFacts> = {}, health: Partial<DeviceFacts['health']> = {}): DeviceAnswer => ({
  type: 'facts',
  abi: '1',
  facts: { identity: {}, ports: [up], health: { portMonitorOpcodes: {}, modulesInError: [], ...health }, ...change },
});

const cases: readonly (readonly [string, DeviceAnswer, string, string, RegExp])[] = [
  ['it was not asked yet', { type: 'notAsked' }, 'Unknown', 'Responsive Unknown NotAsked', /not spoken/],
  ['it answers', facts(), 'Healthy', 'Responsive True FirmwareAnswers', /answers/],
  [
    'firmware refuses this host',
    { type: 'limited', message: 'BAD_SYS_STATE', facts: readFacts([]), abi: '1' },
    'Limited',
    'Responsive False DeviceUnsupported',
    /BAD_SYS_STATE/,
  ],
  [
    'a command hangs',
    { type: 'failed', end: { outcome: 'hung', message: 'no answer' } },
    'Unresponsive',
    'Responsive False DeviceHung',
    /no answer/,
  ],
  ['it left', { type: 'failed', end: { outcome: 'gone' } }, 'Unresponsive', 'Responsive False DeviceGone', /gone/],
  [
    'it cannot be opened',
    { type: 'failed', end: { outcome: 'openFailed', message: 'EACCES' } },
    'Unknown',
    'Responsive False OpenFailed',
    /EACCES/,
  ],
  [
    'no port is up',
    facts({ ports: [down] }),
    'Degraded',
    'LinkDown True LinkDown',
    /port 1 is down: Cable is unplugged/,
  ],
  [
    'a port that nobody wants up is no fault',
    facts({ ports: [{ ...down, wanted: false }] }),
    'Healthy',
    'Responsive True FirmwareAnswers',
    /./,
  ],
  [
    'one port of two is up',
    facts({ ports: [up, { ...down, number: 2 }] }),
    'Healthy',
    'Responsive True FirmwareAnswers',
    /./,
  ],
  [
    'it is too hot',
    facts({}, { temperature: 116, temperatureThreshold: 115 }),
    'Degraded',
    'Overheated True Overheated',
    /115/,
  ],
  [
    'it is warm',
    facts({}, { temperature: 115, temperatureThreshold: 115 }),
    'Healthy',
    'Responsive True FirmwareAnswers',
    /./,
  ],
  [
    'it has half of its lanes',
    facts({}, { pcieWidth: 8, pcieWidthEnabled: 31 }),
    'Degraded',
    'PcieNarrow True PcieNarrow',
    /8 of 16 lanes/,
  ],
  [
    'it has all of its lanes',
    facts({}, { pcieWidth: 16, pcieWidthEnabled: 31 }),
    'Healthy',
    'Responsive True FirmwareAnswers',
    /./,
  ],
  [
    'a module is in error',
    facts({}, { modulesInError: [0] }),
    'Degraded',
    'ModuleError True ModuleError',
    /modules in error: 0/,
  ],
];

for (const [title, answer, health, cause, message] of cases) {
  test(`${title}: ${health}`, (t) => {
    const explained = explainHealth(answer);
    const [condition] = explained.conditions;
    t.is(explained.health, health as never);
    t.is(`${condition?.type} ${condition?.status} ${condition?.reason}`, cause);
    t.regex(condition?.message ?? '', message);
    t.is(explained.conditions.at(-1)?.type, 'Responsive');
  });
}
