import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { provideBinaries } from '../binaries/provideBinaries.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { renderForPulumi } from './renderings.ts';

/* `make pulumi`: the package of the component in dist/pulumi, as npm takes it: JavaScript, types, and what the chart prints. */
const source = `${REPOSITORY}pulumi`;
const target = `${REPOSITORY}dist/pulumi`;
rmSync(target, { recursive: true, force: true });
mkdirSync(`${target}/dist`, { recursive: true });
const { status } = spawnSync(`${REPOSITORY}node_modules/.bin/tsc`, ['-p', `${source}/tsconfig.json`], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
const { helm } = await provideBinaries();
writeFileSync(`${target}/dist/chart.json`, JSON.stringify(renderForPulumi(helm)));
const manifest: Record<string, unknown> = JSON.parse(readFileSync(`${source}/package.json`, 'utf8'));
const { private: _, ...published } = manifest;
const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
writeFileSync(`${target}/package.json`, `${JSON.stringify({ ...published, exports }, null, 2)}\n`);
for (const file of ['LICENSE', 'NOTICE']) cpSync(`${REPOSITORY}${file}`, `${target}/${file}`);
cpSync(`${source}/README.md`, `${target}/README.md`);
