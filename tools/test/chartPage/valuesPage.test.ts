import { readFileSync } from 'node:fs';
import test from 'ava';
import { CHART_README, chartReadme } from '../../src/chartPage/chartReadme.ts';
import { readValues, valuesPage } from '../../src/chartPage/valuesPage.ts';

const FILE = `# Values of a chart.

# How much it says.
logLevel: info

agent:
  # Labels of
  # its nodes.
  nodeSelector: {}
  resources:
    limits: {cpu: 500m}
  tolerations:
    - operator: Exists

# For somebody | else.
monitoring:
  enabled: false
`;

test('values are read with the comment above each, maps in one line and lists as values', (t) => {
  t.deepEqual(readValues(FILE), [
    { path: 'logLevel', default: 'info', text: 'How much it says.' },
    { path: 'agent.nodeSelector', default: '{}', text: 'Labels of its nodes.' },
    { path: 'agent.resources.limits', default: '{cpu: 500m}', text: '' },
    { path: 'agent.tolerations', default: '[{operator: Exists}]', text: '' },
    { path: 'monitoring', default: undefined, text: 'For somebody | else.' },
    { path: 'monitoring.enabled', default: 'false', text: '' },
  ]);
});

test('the page has a table for each group, with the words of the group above', (t) => {
  t.is(
    valuesPage(readValues(FILE).slice(4)),
    `### monitoring

For somebody | else.

| value | default | |
| --- | --- | --- |
| \`monitoring.enabled\` | \`false\` |  |
`,
  );
});

test('a file that is no map of values is refused', (t) => {
  t.throws(() => readValues('- a'), { message: /map/ });
  t.throws(() => readValues('a: ['), { message: /flow/i });
});

test('the chart’s README has the values of today: "make generate" writes it', (t) => {
  t.is(readFileSync(CHART_README, 'utf8'), chartReadme());
});
