import test from 'ava';
import { whyNoNodes } from '../../src/realCluster/whyNoNodes.ts';

test('without root there are no nodes', async (t) => t.is(await whyNoNodes(1000), 'not root'));

const isRoot = process.geteuid?.() === 0;
(isRoot ? test : test.skip)('what a node is made of is tried, and what refuses is named', async (t) => {
  const path = process.env['PATH'];
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = '/nonexistent';
  t.regex((await whyNoNodes()) ?? '', /^no namespaces \(unshare\): .*ENOENT/);
});
