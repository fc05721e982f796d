import type { BuildInfo } from './buildInfo.ts';
import type { ImageDefinition } from './imageTable.ts';
import { LAYER_TYPE, type Layer, sha256 } from './layer.ts';
import type { Platform } from './platform.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';

/** Points to content by its digest.
 * @source OCI image specification, Content Descriptors */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly architecture: string; readonly os: 'linux'; readonly variant?: string };
}

/** Content and the descriptor that points to it. */
export interface Blob {
  readonly descriptor: Descriptor;
  readonly content: Uint8Array;
}

/** An image of one platform: its manifest, and all that it names. */
export interface PlatformImage {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Blob[];
  /** CycloneDX; also inside of it. */
  readonly sbom: string;
}

/** An image of several platforms. */
export interface Image {
  readonly name: string;
  readonly index: Blob;
  readonly platforms: readonly PlatformImage[];
}

/** @source OCI image specification, annotations.md */
export function labels(definition: ImageDefinition, { version, commit, epoch }: BuildInfo): Record<string, string> {
  return {
    'org.opencontainers.image.created': created(epoch),
    'org.opencontainers.image.description': definition.description,
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.title': definition.title,
    'org.opencontainers.image.vendor': 'the nicdiag authors',
    'org.opencontainers.image.version': version,
  };
}

/** Writes configuration and manifest of an image. */
export function platformImage(
  definition: ImageDefinition,
  { architecture }: Platform,
  layers: readonly Layer[],
  build: BuildInfo,
  sbom: string,
): PlatformImage {
  const [program = ''] = Object.keys(definition.programs);
  const blobs = layers.map(({ content }) => blobOf(LAYER_TYPE, content));
  const variant = architecture === 'arm64' ? { variant: 'v8' } : {};
  const config = jsonBlob(CONFIG_TYPE, {
    created: created(build.epoch),
    author: 'the nicdiag authors',
    ...{ architecture, os: 'linux', ...variant },
    config: {
      User: definition.user,
      Env: Object.entries({ PATH: '/usr/bin', ...definition.environment }).map(([name, value]) => `${name}=${value}`),
      Entrypoint: [program],
      WorkingDir: '/',
      Labels: labels(definition, build),
      StopSignal: 'SIGTERM',
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ title }) => ({
      created: created(build.epoch),
      created_by: 'nicdiag make images',
      comment: title,
    })),
  });
  const manifest = jsonBlob(MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: config.descriptor,
    layers: blobs.map(({ descriptor }) => descriptor),
    annotations: labels(definition, build),
  });
  const platform = { architecture, os: 'linux', ...variant } as const;
  return { sbom, config, layers: blobs, manifest: { ...manifest, descriptor: { ...manifest.descriptor, platform } } };
}

/** Puts the images of several platforms below one digest. */
export function imageIndex(
  name: string,
  platforms: readonly PlatformImage[],
  annotations: Record<string, string>,
): Image {
  const manifests = platforms.map(({ manifest }) => manifest.descriptor);
  return {
    name,
    platforms,
    index: jsonBlob(INDEX_TYPE, { schemaVersion: 2, mediaType: INDEX_TYPE, manifests, annotations }),
  };
}

/** Everything of an image, what is named before what names it; nothing twice. */
export function blobsOf({ index, platforms }: Image): Blob[] {
  const all = [...platforms.flatMap(({ layers, config, manifest }) => [...layers, config, manifest]), index];
  return [...new Map(all.map((blob) => [blob.descriptor.digest, blob])).values()];
}

function created(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace('.000', '');
}

function jsonBlob(mediaType: string, value: unknown): Blob {
  return blobOf(mediaType, Buffer.from(JSON.stringify(value)));
}

function blobOf(mediaType: string, content: Uint8Array): Blob {
  return { descriptor: { mediaType, digest: sha256(content), size: content.length }, content };
}
