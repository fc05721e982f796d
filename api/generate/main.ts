import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './files.ts';

/** `make generate`: writes everything that is generated from crds/ and api/reasons.yaml. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const files = await generatedFiles();
const folder = `${root}api/src/generated`;
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!files.has(`api/src/generated/${file}`)) rmSync(`${folder}/${file}`);
for (const [path, content] of files) {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, content);
}
