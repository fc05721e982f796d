import { parseArgs } from 'node:util';
import { buildImages } from './buildImages.ts';
import { readBuildInfo } from './buildInfo.ts';
import { readCredentials } from './registry/credentials.ts';
import { pushImage, repositoryOf } from './registry/pushImage.ts';

/* `push.ts --registry HOST[/PATH] [--tag TAG] [--plain-http]`: builds the images and sends them to a registry. */
const { values } = parseArgs({
  options: { registry: { type: 'string' }, tag: { type: 'string' }, 'plain-http': { type: 'boolean', default: false } },
});
const [, host = '', path = ''] = /^([^/]+)\/?(.*?)\/?$/.exec(values.registry ?? '') ?? [];
if (host === '') {
  process.stderr.write('make push REGISTRY=registry.example/path [TAG=v1] [PLAIN_HTTP=1]: the registry is missing\n');
  process.exit(2);
}
const build = await readBuildInfo();
const tag = values.tag ?? build.version;
const credentials = readCredentials(host);
let from: string | undefined;
for (const image of await buildImages(build)) {
  const pushed = await pushImage(image, { host, path, tag, plain: values['plain-http'] }, credentials, from);
  console.log(`${pushed.reference}\n  ${pushed.digest}\n  ${pushed.sent} blobs sent, ${pushed.known} were there`);
  from = repositoryOf(path, image.name);
}
