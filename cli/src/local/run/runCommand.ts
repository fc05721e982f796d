import { randomUUID } from 'node:crypto';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { foldDevices, NO_PSID, type NodeOutcome, readFileChunks, verifyBundle } from '@nicdiag/artifacts';
import {
  type DeviceFilter,
  discoverDevices,
  discoverUnreachable,
  matchesFilter,
  mayMean,
  type NicFunction,
  needsIdentity,
} from '@nicdiag/mlx5';
import { parseQuantity } from '@nicdiag/runtime';
import { readCaptureFile } from '../../capture/readCaptureFile.ts';
import { reportText } from '../../commands/verify.ts';
import { makeOutputDirectory } from '../../download/outputDirectory.ts';
import { CommandError, EXIT } from '../../exitCodes.ts';
import type { Io } from '../../io.ts';
import { createProgress } from '../../output/progress.ts';
import { CLI_VERSION } from '../../version.ts';
import { costsOf, printCosts } from '../costs.ts';
import { checkSpec } from './checkSpec.ts';
import { identify } from './identify.ts';
import { type DeviceEvidence, runDevice } from './runDevice.ts';
import { writeBundle } from './writeBundle.ts';

export interface RunOptions {
  readonly filename: string;
  readonly output: string;
  readonly hostRoot: string;
  readonly nodeName?: string;
  readonly devlinkSocket?: string;
  /** Only say what it would cost. */
  readonly dryRun?: boolean;
  readonly outputFormat?: string;
}

const EXIT_OF = {
  Succeeded: EXIT.done,
  Unsupported: EXIT.failed,
  Failed: EXIT.failed,
  Partial: EXIT.partial,
  Cancelled: EXIT.cancelled,
} as const;

/** Runs the collectors of a DiagnosticCapture on the devices of this host and writes the bundle that the cluster would
 * have. The target's nodes do not matter here, its filter of devices does. Prints the bundle's path on stdout.
 * @returns the exit code of the capture; `interrupted` when it was stopped, with a bundle of what was read until then */
export async function runCommand(options: RunOptions, io: Io): Promise<number> {
  const { metadata, spec: given } = await readCaptureFile(
    options.filename,
    { given: undefined, fallback: 'default' },
    io,
  );
  const spec = checkSpec(given, options.filename);
  const name = metadata.name ?? `${metadata.generateName ?? 'capture-'}${randomUUID().slice(0, 5)}`;
  const capture = { namespace: metadata.namespace ?? 'default', name, uid: randomUUID() };
  const node = options.nodeName ?? hostname();
  const filter = spec.target.devices ?? {};
  const found = discoverDevices({ hostRoot: options.hostRoot });
  if (found.length === 0) {
    const cards = unreachable(options.hostRoot, {});
    throw new CommandError(['this host has no device with a debug channel', ...cards].join('\n  '));
  }

  if (options.dryRun === true) {
    if (needsIdentity(filter)) {
      io.err('which PSID a card has only firmware tells: here are those that pass the rest of the filter\n');
    }
    const devices = found.filter((device) => mayMean(device, filter));
    printCosts(await costsOf(devices, spec.collectors), options.outputFormat, io);
    return EXIT.done;
  }
  const made = await makeOutputDirectory(options.output);
  const directory = await mkdtemp(join(options.output, '.run-'));
  const progress = createProgress(io);
  const say = (): void => {
    progress.end();
    io.err('stopping once the command under way has come back; another Ctrl-C ends at once and keeps nothing\n');
  };
  io.signal.addEventListener('abort', say, { once: true });
  try {
    const devices: DeviceEvidence[] = [];
    const silent: NicFunction[] = [];
    for (const device of found) {
      if (io.signal.aborted) break;
      const identity = await identify(device, io).catch(unlessStopped(io));
      if (identity === undefined) continue;
      if (!passes(device, identity.psid, filter)) {
        if (identity.psid === undefined && mayMean(device, filter)) silent.push(device);
        continue;
      }
      progress.show(`${device.pciAddress} (${device.model})`);
      const maxBytes = parseQuantity(spec.limits.maxBytesPerDevice);
      const devlink = options.devlinkSocket === undefined ? {} : { socket: options.devlinkSocket };
      const run = { capture, node, version: CLI_VERSION, spec, identity, maxBytes, devlink };
      devices.push(await runDevice(device, { ...run, directory: join(directory, device.pciAddress) }, io));
    }
    progress.end();
    if (io.signal.aborted && !devices.some(hasItems)) {
      io.err('stopped before anything was read: there is no bundle\n');
      return EXIT.interrupted;
    }
    const ended = foldDevices(
      devices.map(({ manifest, outcome }) => ({ pciAddress: manifest.device.pciAddress, ...outcome })),
      devices.length > 0 ? [] : [...silent.map(tellsNoPsid), ...unreachable(options.hostRoot, filter)],
    );
    if (devices.length === 0) throw new CommandError(`${ended.reason}: ${ended.message}`);
    const sealedNode = { name: node, state: ended.state, reason: ended.reason };
    const place = { scratch: directory, output: options.output };
    const { path, digest: expectedDigest } = await writeBundle(place, { capture, node: sealedNode, devices });
    await using file = await open(path, 'r');
    io.err(reportText(await verifyBundle(readFileChunks(file), { expectedDigest })));
    tell(ended, devices, io);
    io.out(`${path}\n`);
    return io.signal.aborted ? EXIT.interrupted : EXIT_OF[ended.state];
  } finally {
    io.signal.removeEventListener('abort', say);
    progress.end();
    await rm(directory, { recursive: true, force: true });
    for (const path of made.toReversed()) await rmdir(path).catch(() => undefined);
  }
}

/** Whoever stopped the run knows it. */
function unlessStopped({ signal }: Io): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}

function hasItems({ manifest }: DeviceEvidence): boolean {
  return manifest.collectors.some(({ items }) => items > 0);
}

function tellsNoPsid({ pciAddress, model }: NicFunction): string {
  return `${pciAddress} (${model}): ${NO_PSID}`;
}

/** Cards that a filter may mean and that cannot be asked, each with the reason. Their PSID nobody knows. */
function unreachable(hostRoot: string, filter: DeviceFilter): readonly string[] {
  return discoverUnreachable({ hostRoot })
    .filter((device) => mayMean(device, filter))
    .map(({ pciAddress, model, unreachable: why, message }) => `${pciAddress} (${model}): ${why}, ${message}`);
}

function passes(device: NicFunction, psid: string | undefined, filter: Parameters<typeof matchesFilter>[1]): boolean {
  return matchesFilter({ ...device, ...(psid === undefined ? {} : { psid }) }, filter);
}

function tell({ state, reason, message }: NodeOutcome, devices: readonly DeviceEvidence[], io: Io): void {
  const because = message === undefined ? '' : `: ${message}`;
  io.err(`ended: ${state}${state === reason ? '' : `, reason ${reason}`}${because}\n`);
  for (const { manifest } of devices) {
    for (const collector of manifest.collectors) {
      if (collector.state === 'Succeeded') continue;
      const { name, reason: why = collector.state, message: said, items, itemErrors } = collector;
      const counted = itemErrors === 0 ? '' : `, ${itemErrors} of its ${items} items`;
      io.err(`  ${manifest.device.pciAddress} ${name}: ${why}${counted}${said === undefined ? '' : `: ${said}`}\n`);
    }
  }
}
