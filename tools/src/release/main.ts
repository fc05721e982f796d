import { parseArgs } from 'node:util';
import { readBuildInfo } from '../images/buildInfo.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { buildRelease } from './buildRelease.ts';

/* `make release`: everything of a release into dist/. */
const build = await readBuildInfo();
const { values } = parseArgs({
  options: {
    registry: { type: 'string', default: 'localhost' },
    // Nobody can reach it by mistake: whoever publishes archives says where.
    'release-url': { type: 'string', default: `https://releases.invalid/v${build.version}` },
  },
});
const made = await buildRelease(build, {
  directory: `${REPOSITORY}dist`,
  registry: values.registry,
  releaseUrl: values['release-url'].replace(/\/+$/, ''),
  say: (line) => console.log(line),
});
console.log(`dist/: ${made.length} files of ${build.version}, commit ${build.commit}`);
