import { createHash } from 'node:crypto';
import type { BuildInfo } from '../images/buildInfo.ts';
import { type DebianArchitecture, readDebianBase, readDebianLock } from '../images/debian/debianLock.ts';
import type { Platform } from '../images/platform.ts';
import { type LockedPackage, packageName, readLockfile } from './lockfile.ts';

/** What is in an image: a CycloneDX document.
 * @param packages directories of npm packages, as the lockfile names them
 * @source https://cyclonedx.org/docs/1.6/json/ */
export function imageSbom(name: string, platform: Platform, packages: readonly string[], build: BuildInfo): string {
  const root = {
    type: 'container',
    'bom-ref': name,
    name,
    version: build.version,
    licenses: [{ license: { id: 'Apache-2.0' } }],
    properties: [
      { name: 'nicdiag:commit', value: build.commit },
      { name: 'nicdiag:architecture', value: platform.architecture },
      { name: 'nicdiag:layouts', value: build.layouts },
    ],
  };
  const lock = readLockfile();
  const npm = (directory: string): Component => npmComponent(packageName(directory), lock[directory] ?? {});
  const components = [
    ...debianComponents(platform.architecture),
    npm(`node_modules/node-linux-${platform.node}`),
    ...packages.map(npm),
  ].sort((left, right) => (left['bom-ref'] < right['bom-ref'] ? -1 : 1));
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([root, components]))}`,
    version: 1,
    metadata: { timestamp: new Date(build.epoch * 1000).toISOString(), component: root },
    components,
    dependencies: [{ ref: name, dependsOn: components.map((component) => component['bom-ref']) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

interface Component {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly hashes: ReadonlyArray<{ readonly alg: string; readonly content: string }>;
}

/** @source https://github.com/package-url/purl-spec, types deb and npm */
function debianComponents(architecture: DebianArchitecture): Component[] {
  const { packages: licences } = readDebianBase();
  return readDebianLock().packages[architecture].map(({ name, version, sha256 }) => {
    const path = [name, version].map(encodeURIComponent).join('@');
    const purl = `pkg:deb/debian/${path}?arch=${architecture}&distro=debian-13`;
    const hashes = [{ alg: 'SHA-256', content: sha256 }];
    return { type: 'library', 'bom-ref': purl, name, version, purl, licenses: licence(licences[name]), hashes };
  });
}

function npmComponent(name: string, { version = '', integrity = '', license }: LockedPackage): Component {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  // By this name vulnerabilities of Node itself are listed; its package only brings it.
  const cpe = name.startsWith('node-linux-') ? { cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:lts:*:*:*` } : {};
  const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
  const hashes = [{ alg: 'SHA-512', content }];
  return { type: 'library', 'bom-ref': purl, name, version, purl, ...cpe, licenses: licence(license), hashes };
}

/** One licence by its name in the SPDX list, several or with an exception as an expression. */
function licence(spdx: string | undefined): Component['licenses'] {
  if (spdx === undefined) return [];
  return spdx.includes(' ') ? [{ expression: spdx }] : [{ license: { id: spdx } }];
}

/** The same content, the same number: version 8, of the content's own. @source RFC 9562 */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
