import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { whyNoNodes, whyNoServices } from '../../src/realCluster/whyNoNodes.ts';

test('without root there are no nodes', async (t) => t.is(await whyNoNodes(1000), 'not root'));

const isRoot = process.geteuid?.() === 0;
(isRoot ? test.serial : test.skip)('what a node is made of is tried, and what refuses is named', async (t) => {
  const path = process.env['PATH'];
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = '/nonexistent';
  t.regex((await whyNoNodes()) ?? '', /^no namespaces \(unshare\): .*ENOENT/);
});

(isRoot ? test.serial : test.skip)('a kernel that has no tables for Services is named with what it said', (t) => {
  const path = mkdtempSync(join(tmpdir(), 'nft-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const nft = (script: string): void => writeFileSync(join(path, 'nft'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  nft('echo "Error: Could not process rule: Operation not supported" >&2; exit 1');
  t.is(
    whyNoServices({ path: [path], libraries: '' }),
    'no rules for Services: Error: Could not process rule: Operation not supported',
  );
  nft('exit 0');
  t.is(whyNoServices({ path: [path], libraries: '' }), undefined);
});
