import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { generatedFiles } from '../../generate/files.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = await generatedFiles();

for (const [path, content] of files) {
  test(`${path} is what crds/ and api/reasons.yaml give (else run make generate)`, (t) => {
    t.is(readFileSync(root + path, 'utf8'), content);
  });
}

test('nothing is in api/src/generated that is not generated', (t) => {
  const found = readdirSync(`${root}api/src/generated`).map((file) => `api/src/generated/${file}`);
  t.deepEqual(
    found.filter((path) => !files.has(path)),
    [],
  );
});
