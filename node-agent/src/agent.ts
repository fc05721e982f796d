import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NicNode } from '@nicdiag/api';
import { createArtifactClient } from '@nicdiag/artifacts';
import { COLLECTOR_TYPES, discoverDevices, discoverUnreachable, lostLanes, runLane } from '@nicdiag/mlx5';
import { itemDecoder } from '@nicdiag/mlx5/decode';
import { createProbeServer, type Logger, makeDirectoryDurably } from '@nicdiag/runtime';
import { createApiClient } from './apiServer/apiClient.ts';
import { createFreshFile } from './apiServer/freshFile.ts';
import { nodeOfToken } from './apiServer/nodeIdentity.ts';
import { untilAnswered } from './apiServer/untilAnswered.ts';
import { type CaptureContext, DEFAULT_TIMING } from './captures/captureContext.ts';
import { createCaptures } from './captures/captures.ts';
import { toRfc3339 } from './captures/rfc3339.ts';
import { createStatusReporter } from './captures/statusReporter.ts';
import { createDeviceMetrics } from './devices/deviceMetrics.ts';
import { createDevicePublisher } from './devices/devicePublisher.ts';
import { createInventory } from './devices/inventory.ts';
import { openPublishedNames } from './devices/publishedNames.ts';
import { createDeviceWatch } from './devices/watchDevices.ts';
import { createNicNodePublisher } from './inbox/nicNodePublisher.ts';
import { getNewNodeCapture, getNodeCapture, observed } from './inbox/nodeCapture.ts';
import { watchInbox } from './inbox/watchInbox.ts';
import { openJournal } from './journal/journal.ts';
import { createLaneScheduler } from './lanes/laneScheduler.ts';
import { trimMemory } from './memory/trimMemory.ts';
import { trimWhenQuiet } from './memory/trimWhenQuiet.ts';
import { createAgentMetrics, registerGauges } from './metrics.ts';
import type { AgentOptions } from './options.ts';
import { createReadiness } from './readiness.ts';
import { recoverSpool } from './spool/recoverSpool.ts';
import { createSpoolBudget } from './spool/spoolBudget.ts';
import { openSpoolDirectory } from './spool/spoolDirectory.ts';
import { waitForLock } from './stateLock.ts';
import { createUploads } from './upload/uploads.ts';
import { AGENT_VERSION } from './version.ts';

/** How long a shutdown waits for captures to stop at their next command. One whose command hangs is left behind: the
 * journal knows where to go on. */
const SHUTDOWN_MS = 5_000;

/** The first look at the devices is waited for no longer: one that hangs must not hold up the roll-out of all agents. */
const FIRST_LOOK_MS = 10_000;

/** The whole agent, from start to shutdown: puts the parts together and says what may happen when. */
export async function runAgent(options: AgentOptions, logger: Logger, signal: AbortSignal): Promise<void> {
  const readiness = createReadiness();
  const metrics = createAgentMetrics(new URL(options.apiServer).host);
  await using _probes = await createProbeServer({
    listen: options.listen,
    ready: readiness.missing,
    registry: metrics.registry,
  });
  const { journalDir, spoolDir } = await makeStateDirectories(options.stateDir);
  // Only now anything may be written there: a predecessor whose lane hangs may still be at it.
  using _lock = await waitForLock(options.stateDir, { signal, logger, onWait: readiness.waits });
  readiness.done('lock');

  const token = createFreshFile(options.tokenFile, 'the token of the API server');
  using client = createApiClient({
    url: options.apiServer,
    caFile: options.apiCaFile,
    tokenFile: options.tokenFile,
    userAgent: `nicdiag-node-agent/${AGENT_VERSION}`,
    onAnswer: metrics.apiAnswer,
  });
  const artifactsToken = createFreshFile(options.artifactsTokenFile, 'the token of the artifact server');
  const artifactsCa = createFreshFile(options.artifactsCaFile, 'the CA of the artifact server');
  const artifacts = createArtifactClient({
    url: options.artifactsUrl,
    ca: artifactsCa.read,
    token: artifactsToken.read,
  });
  const uploads = createUploads({ client: artifacts, logger, onTry: metrics.upload });

  const lanes = createLaneScheduler({
    startLane: runLane,
    lostLanes,
    onTrouble(device, end) {
      if (end.outcome === 'hung') metrics.laneLost();
      logger.error('a lane ended before its work', { device, ...end, lost: lostLanes() });
      // What NicDevices say of it is no longer true. A look that fails itself must not ask for the next one.
      if (!devices.looking) devices.request();
    },
    onIdle: () => memory.worked(),
    onReturned(device) {
      logger.info('a command that was given up has come back; the device is served again', { device });
      devices.request();
    },
  });
  using memory = trimWhenQuiet({
    busy: () => lanes.active() + lanes.waiting() + uploads.pending() + captures.open() > 0,
    trim: trimMemory,
    logger,
  });
  const { commandTimeoutMs } = options;
  const discover = () => discoverDevices({ hostRoot: options.hostRoot });
  const inventory = createInventory({
    discover,
    discoverUnreachable: () => discoverUnreachable({ hostRoot: options.hostRoot }),
    lanes,
    commandTimeoutMs,
    logger,
  });
  const publisher = createDevicePublisher({
    client,
    nodeName: options.nodeName,
    node: () => nodeOfToken(token.read()),
    hostRoot: options.hostRoot,
    published: await openPublishedNames(join(options.stateDir, 'published.json')),
    metrics: createDeviceMetrics(metrics.registry, options.nodeName),
    logger,
  });
  const devices = createDeviceWatch({
    inventory,
    publisher,
    logger,
    everyMs: options.rescanMs,
    onLook() {
      nicNode.devicesChanged();
      readiness.done('devices');
    },
  });

  const budget = createSpoolBudget(options.spoolLimitBytes);
  const spool = openSpoolDirectory(spoolDir);
  const { journal, records } = await openJournal(journalDir, logger);
  await recoverSpool(spool, budget, records, logger);

  const onTrouble = (error: Error, pauseMs: number): void => {
    logger.warn('the API server does not answer; it is asked again', { pauseMs, error });
  };
  const fetch: CaptureContext['fetch'] = (target, { signal, justAssigned = false }) => {
    const get = justAssigned ? getNewNodeCapture : getNodeCapture;
    return untilAnswered(() => get(client, target, { signal }), { signal, onTrouble });
  };
  const captures = createCaptures(
    {
      nodeName: options.nodeName,
      agentVersion: AGENT_VERSION,
      journal,
      spool,
      budget,
      lanes,
      uploads,
      reporter: createStatusReporter(client, options.nodeName, logger),
      inventory,
      decoder: itemDecoder,
      time: client.time,
      metrics,
      logger,
      timing: { ...DEFAULT_TIMING, commandTimeoutMs },
      devlink: options.devlink,
      fetch,
      async observe(target, options) {
        const object = await fetch(target, options);
        return object === undefined ? { type: 'absent' } : observed(object);
      },
    },
    { signal },
  );
  registerGauges(metrics.registry, {
    lanesActive: lanes.active,
    lanesLost: () => lanes.lost().length,
    uploadsPending: uploads.pending,
    spoolBytes: budget.used,
    openCaptures: captures.open,
  });

  // Captures that were cut off come before new ones; both wait for their turn behind the first look at the devices, so
  // that manifests know the cards' identities.
  inventory.scan();
  AbortSignal.timeout(FIRST_LOOK_MS).addEventListener('abort', () => readiness.done('devices'));
  const watching = devices.run({ signal });
  captures.resume(records);

  const nicNode = createNicNodePublisher({
    client,
    nodeName: options.nodeName,
    agent: {
      version: AGENT_VERSION,
      collectors: [...COLLECTOR_TYPES],
      startedAt: toRfc3339(Date.now(), 'seconds'),
    },
    devices: () => inventory.count,
    logger,
    signal,
  });
  const inbox = watchInbox({
    client,
    nodeName: options.nodeName,
    captures,
    logger,
    onNode: (node: NicNode) => nicNode.seen(node),
    onSynced: () => readiness.done('inbox'),
    signal,
  });

  logger.info('the agent is at work', { node: options.nodeName, version: AGENT_VERSION, devices: inventory.count });
  try {
    await inbox;
  } finally {
    // Lanes stop at their next command. What hangs is not waited for.
    const limit = sleep(SHUTDOWN_MS, undefined, { ref: false });
    await Promise.race([Promise.allSettled([captures.settled(), watching]), limit]);
    artifacts.close();
  }
}

async function makeStateDirectories(
  stateDir: string,
): Promise<{ readonly journalDir: string; readonly spoolDir: string }> {
  const directories = { journalDir: join(stateDir, 'journal'), spoolDir: join(stateDir, 'spool') };
  for (const directory of Object.values(directories)) await makeDirectoryDurably(directory);
  return directories;
}
