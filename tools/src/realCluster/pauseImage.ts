import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PAUSE_IMAGE } from './node/containerdConfig.ts';
import { runCommand } from './runCommand.ts';

const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** Makes the OCI archive of the image in which every Pod's namespaces begin: one program, one layer.
 * @param program pause, linked statically
 * @returns path of the archive
 * @source https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export async function buildPauseImage(directory: string, program: string): Promise<string> {
  const scratch = mkdtempSync(join(directory, 'pause-'));
  const [root, layout] = [join(scratch, 'root'), join(scratch, 'layout')];
  const blobs = join(layout, 'blobs/sha256');
  for (const path of [root, blobs]) mkdirSync(path, { recursive: true });
  copyFileSync(program, join(root, 'pause'));
  const layer = join(scratch, 'layer.tar');
  await runCommand('tar', ['--create', '--file', layer, '--owner=0', '--group=0', '--directory', root, 'pause']);
  const digest = `sha256:${createHash('sha256').update(readFileSync(layer)).digest('hex')}`;
  const { size } = statSync(layer);
  renameSync(layer, join(blobs, digest.slice('sha256:'.length)));
  const put = (mediaType: string, value: unknown): Readonly<Record<string, unknown>> => {
    const bytes = JSON.stringify(value);
    const hash = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hash), bytes);
    return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
  };
  const config = put(CONFIG, {
    os: 'linux',
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    config: { Entrypoint: ['/pause'], User: '65535:65535' },
    rootfs: { type: 'layers', diff_ids: [digest] },
  });
  const manifest = put(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config,
    layers: [{ mediaType: LAYER, digest, size }],
  });
  const named = { ...manifest, annotations: { 'io.containerd.image.name': PAUSE_IMAGE } };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [named] }));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const archive = join(directory, 'pause.tar');
  await runCommand('tar', ['--create', '--file', archive, '--directory', layout, '.']);
  rmSync(scratch, { recursive: true });
  return archive;
}
