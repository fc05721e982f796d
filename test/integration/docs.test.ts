import { type Cluster, installChart, startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { codeBlocks, markdownFiles } from '../../tools/test/docs/markdownFiles.ts';

/* What documents give to apply is taken by a real API server with the chart. */
const test = anyTest as TestFn<{ readonly cluster: Cluster }>;

test.before(async (t) => {
  t.timeout(300_000);
  t.context = { cluster: await startCluster() };
  await installChart(t.context.cluster);
});
test.after.always((t) => t.context.cluster?.[Symbol.asyncDispose]());

const GIVEN = /^apiVersion: nicdiag\.dev\//m;

for (const { path, text } of markdownFiles()) {
  const objects = codeBlocks(text).flatMap(({ code }) => {
    // A block of its own, or what a command reads from its standard input.
    const documents = [...code.matchAll(/<<'?EOF'?\n(.*?)^EOF$/gms)].map(([, document = '']) => document);
    return (documents.length > 0 ? documents : [code]).filter(
      (document) => GIVEN.test(document) && !document.includes('…'),
    );
  });
  if (objects.length === 0) continue;
  test(`the API server takes what is given to apply: ${path}`, async (t) => {
    for (const object of objects) {
      const applied = await t.context.cluster.tryKubectl(['apply', '--dry-run=server', '-f', '-'], { stdin: object });
      t.is(applied.code, 0, `${object}\n${applied.stderr}`);
    }
  });
}
