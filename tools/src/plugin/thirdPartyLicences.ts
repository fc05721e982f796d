import { readdirSync, readFileSync } from 'node:fs';
import { REPOSITORY } from '../stack/paths.ts';
import { packageFile } from './packageFile.ts';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.(md|txt)|-[a-z0-9]+(\.txt)?)?$/i;

/** The licence texts of everything that travels inside the plugin, one below the other.
 * @param inputs paths of the bundled files, below the repository
 * @param nodePackage the package whose Node is inside; none in the script */
export function thirdPartyLicences(inputs: readonly string[], nodePackage?: string): string {
  const texts = packagesOf(inputs).map((directory) => sectionOf(directory));
  if (nodePackage !== undefined) {
    texts.push(sectionOf('node_modules/koffi'), section('Node.js', [textOf(packageFile(nodePackage, 'LICENSE'))]));
  }
  return texts.join('\n');
}

/** The npm packages that bundled files come from: their directories, as the lockfile names them, sorted. */
export function packagesOf(inputs: readonly string[]): string[] {
  return [...new Set(inputs.flatMap((input) => packageOf(input) ?? []))].sort();
}

/** `node_modules/a/node_modules/b/file.js` is of the package `node_modules/a/node_modules/b`. */
function packageOf(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

function sectionOf(directory: string): string {
  const manifest = JSON.parse(readFileSync(`${REPOSITORY}${directory}/package.json`, 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const files = readdirSync(`${REPOSITORY}${directory}`)
    .filter((name) => LICENCE_FILE.test(name))
    .sort();
  // Some packages name their licence and bring no text of it.
  const texts = files.map((name) => textOf(readFileSync(`${REPOSITORY}${directory}/${name}`)));
  return section(`${manifest.name} ${manifest.version} (${manifest.license ?? 'no licence named'})`, texts);
}

function section(title: string, texts: readonly string[]): string {
  return `${title}\n${'-'.repeat(title.length)}\n\n${texts.map((text) => `${text.trim()}\n`).join('\n')}`;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').replaceAll('\r\n', '\n');
}
