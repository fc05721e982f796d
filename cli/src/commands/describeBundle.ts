import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CaptureManifest,
  type CollectorManifest,
  type DeviceManifest,
  decompress,
  MAX_DEVICE_MANIFEST_BYTES,
  ManifestError,
  parseCaptureManifest,
  parseDeviceManifest,
  readFileChunks,
  readTar,
} from '@nicdiag/artifacts';
import { MANIFEST_NAME } from '../decode/collectorTypes.ts';
import { CommandError, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { formatBytes } from '../output/units.ts';

export interface DescribeBundleOptions {
  readonly output?: string;
}

interface Contents {
  readonly capture?: CaptureManifest;
  readonly devices: readonly DeviceManifest[];
  /** Why it could not be read to its end: what follows is not told here. */
  readonly damage?: string;
}

/** What is in a bundle, or in the folder that one was extracted to, by its manifests; `verify` says whether they are true.
 * Of a bundle that was cut off it tells as much as there is.
 * @throws CommandError when not all of it could be read */
export async function describeBundleCommand(path: string, { output }: DescribeBundleOptions, io: Io): Promise<void> {
  if (output !== undefined && output !== 'json') throw new UsageError(`-o must be json or left out, not ${output}`);
  const contents = await readContents(path);
  const { capture, devices, damage } = contents;
  if (devices.length === 0 && capture === undefined) {
    if (damage !== undefined) throw new UsageError(`${path} cannot be read as a bundle (.tar.zst): ${damage}`);
    throw new CommandError(`${path} has no manifest: it is no bundle, nor the folder of one`);
  }
  io.out(output === 'json' ? `${JSON.stringify(contents, null, 2)}\n` : describeContents(path, contents));
  if (damage !== undefined) throw new CommandError(`${path} is damaged: ${damage}; what is above came before that`);
}

async function readContents(path: string): Promise<Contents> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  let capture: CaptureManifest | undefined;
  const devices: DeviceManifest[] = [];
  let damage: string | undefined;
  try {
    for await (const bytes of found.isDirectory() ? manifestsInFolder(path) : manifestsInBundle(path)) {
      const schema: unknown = Reflect.get(Object(JSON.parse(Buffer.from(bytes).toString())), 'schemaVersion');
      if (String(schema).includes('/capture-manifest/')) capture = parseCaptureManifest(bytes);
      else devices.push(parseDeviceManifest(bytes));
    }
  } catch (error) {
    if (!(error instanceof UnreadableBundle)) throw error;
    const { size } = found;
    damage = `${error.message} (the file has ${size} bytes)`;
  }
  return { ...(capture !== undefined && { capture }), devices, ...(damage !== undefined && { damage }) };
}

/** A bundle that makes no sense from some byte on. */
class UnreadableBundle extends Error {
  override readonly name = 'UnreadableBundle';
}

async function* manifestsInFolder(folder: string): AsyncGenerator<Uint8Array> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((each) => each.split('/').at(-1) === MANIFEST_NAME).sort()) {
    yield await readFile(join(folder, name));
  }
}

async function* manifestsInBundle(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r');
  try {
    for await (const entry of readTar(decompress(readFileChunks(file)))) {
      const depth = entry.path.split('/').length;
      // `<capture>/manifest.json` and `<capture>/<node>/<pci>/manifest.json`: a collector may have a file of that name.
      if (!entry.path.endsWith(`/${MANIFEST_NAME}`) || (depth !== 2 && depth !== 4)) continue;
      if (depth === 4 && entry.size > MAX_DEVICE_MANIFEST_BYTES) continue;
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry.body) chunks.push(chunk);
      yield Buffer.concat(chunks);
    }
  } catch (cause) {
    if (cause instanceof ManifestError) throw cause;
    throw new UnreadableBundle(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function describeContents(path: string, { capture, devices, damage }: Contents): string {
  const identity = capture?.capture ?? devices[0]?.capture;
  const bytes = devices.flatMap(({ collectors }) => collectors).flatMap(({ blobs }) => blobs);
  const head = [
    ['Damaged', damage],
    ['Capture', identity && `${identity.namespace}/${identity.name} (${identity.uid})`],
    ['Revision', capture && String(capture.revision)],
    ['Nodes', capture && counted(capture.nodes.map(({ state }) => state))],
    ['Devices', counted(devices.map(({ state }) => state))],
    ['Bytes', formatBytes(bytes.reduce((total, { size }) => total + size, 0))],
  ] as const;
  const without = (capture?.nodes ?? []).filter(({ name }) => !devices.some(({ node }) => node === name));
  return [
    head.flatMap(([fact, value]) => (value === undefined ? [] : [`${`${fact}:`.padEnd(10)}${value}\n`])).join(''),
    ...devices.map(describeDevice),
    without.length === 0
      ? ''
      : `Nodes that brought nothing\n${without.map(({ name, state, reason }) => `  ${name}: ${reason ?? state}\n`).join('')}`,
    `To read it: kubectl nicdiag decode ${path} [--report | --failed]\n`,
  ]
    .filter((section) => section !== '')
    .join('\n');
}

function describeDevice({ node, device, channel, agentVersion, layoutVersion, ...rest }: DeviceManifest): string {
  const { pciAddress, model, firmwareVersion, psid, serialNumber } = device;
  const facts = [
    model,
    firmwareVersion && `firmware ${firmwareVersion}`,
    psid,
    serialNumber && `serial ${serialNumber}`,
  ];
  const how = channel === undefined ? 'not opened' : `${channel.kind} ${channel.abi}`;
  const state = rest.state === 'Succeeded' ? '' : `  ${rest.state}${reasonOf(rest)}\n`;
  return [
    `${node} ${pciAddress}  ${facts.filter(Boolean).join(', ')}\n`,
    `  by ${how}, agent ${agentVersion}, layouts ${layoutVersion}\n${state}`,
    ...rest.collectors.map(describeCollector),
  ].join('');
}

function describeCollector(collector: CollectorManifest): string {
  const { name, type, items, itemErrors, blobs, state } = collector;
  const errors = itemErrors === 0 ? '' : `, ${itemErrors} refused or failed`;
  const ended = state === 'Succeeded' ? '' : `, ${state}${reasonOf(collector)}`;
  const files = blobs.map((blob) => `${blob.name} ${formatBytes(blob.size)}`).join(', ');
  return `  ${name} (${type}): ${items} items${errors}${ended}\n${files === '' ? '' : `    ${files}\n`}`;
}

function reasonOf({ reason, message }: { readonly reason?: string; readonly message?: string }): string {
  return reason === undefined ? '' : ` ${reason}${message === undefined ? '' : `: ${message}`}`;
}

/** `3 (2 Succeeded, 1 Partial)` */
function counted(states: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${state}`);
  return parts.length === 0 ? '0' : `${states.length} (${parts.join(', ')})`;
}
