import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../stack/paths.ts';
import { buildPlugin } from './buildPlugin.ts';

/* `make plugin`: builds kubectl-nicdiag into dist/plugin. */
const { version } = JSON.parse(readFileSync(`${REPOSITORY}cli/package.json`, 'utf8')) as { readonly version: string };
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: `${REPOSITORY}dist/plugin` },
    // Nobody can reach it by mistake: whoever publishes archives says where.
    'release-url': { type: 'string', default: `https://releases.invalid/v${version}` },
  },
});
await buildPlugin({
  directory: values.out,
  version,
  releaseUrl: values['release-url'].replace(/\/+$/, ''),
  say: (line) => void process.stdout.write(`${line}\n`),
});
