import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { type EditableProfile, editedProfile } from '../../../../emulator/test/editedProfile.ts';
import { COLLECTOR_TYPES } from '../../../src/collect/collectorTypes.ts';
import { createCollector } from '../../../src/collect/createCollector.ts';
import type { Item } from '../../../src/collect/item.ts';
import { lostLanes } from '../../../src/lane/runLane.ts';
import { type EmulatedHost, emulatedHost, type LoggedCommand, whyNoEmulator } from '../../emulatedHost.ts';
import { nothingLent } from '../../lentMemory.ts';
import { type LaneRun, lane } from '../laneRun.ts';
import {
  type ChannelName,
  FAULTS,
  FAULTY_COLLECTORS,
  type FaultCase,
  type FaultyCollector,
  placesAmong,
  roleOf,
  STUCK,
} from './faultCases.ts';

/* A device that refuses, stalls, resets or vanishes at a command of a collector. NICDIAG_FAULTS=all strikes every command
 * of every collector in every way; without it some of each. */
const EVERY = process.env['NICDIAG_FAULTS'] === 'all';

const PROFILES: Readonly<Record<ChannelName, string>> = { mlx5ctl: 'gpu-a', fwctl: 'gpu-b' };
const MIB = 1024 * 1024;

const suite = anyTest as TestFn<Record<ChannelName, EmulatedHost>>;
const reason = whyNoEmulator();
const test = reason === undefined ? suite.serial : suite.skip;
if (reason !== undefined) suite(`emulated hosts are skipped: ${reason}`, (t) => t.pass());
else {
  suite.before(async (t) => {
    const [mlx5ctl, fwctl] = await Promise.all([
      emulatedHost(editedProfile(PROFILES.mlx5ctl, askForAll)),
      emulatedHost(editedProfile(PROFILES.fwctl, askForAll)),
    ]);
    t.context = { mlx5ctl, fwctl };
  });
  suite.after.always((t) => Promise.all(Object.values(t.context ?? {}).map((host) => host.stop())));
}

/** A core dump of three windows, and a menu that counts objects. */
function askForAll({ cards }: EditableProfile): void {
  for (const card of cards) {
    card.coreDumpBytes = 5 * MIB;
    for (const each of card.functions) each.objects = { countedContexts: true };
  }
}

suite('every collector is among those that are struck', (t) => {
  const struck: ReadonlySet<string> = new Set(FAULTY_COLLECTORS.map(({ spec }) => spec.type));
  t.deepEqual([...struck].toSorted(), COLLECTOR_TYPES.toSorted());
});

for (const channel of Object.keys(PROFILES) as ChannelName[]) {
  for (const collector of FAULTY_COLLECTORS) {
    if (collector.channels?.includes(channel) === false) continue;
    test(`${channel}: ${collector.title}: whatever goes wrong at whichever command, what was read stays and nothing leaks`, async (t) => {
      t.timeout(EVERY ? 3_600_000 : 300_000);
      const bench = await prepare(t, t.context[channel], collector);
      for (const place of placesAmong(bench.commands, EVERY)) {
        for (const fault of FAULTS) await strike(t, bench, fault, place);
      }
      const stuckAt = EVERY
        ? placesAmong(bench.commands, false)
        : channel === 'mlx5ctl'
          ? [bench.commands.length >> 1]
          : [];
      for (const place of stuckAt) if (place in bench.commands) await strike(t, bench, STUCK, place);
      t.deepEqual(outcomes((await bench.run()).items), outcomes(bench.sound.items), 'afterwards all is as before');
    });
  }
}

for (const channel of Object.keys(PROFILES) as ChannelName[]) {
  test(`${channel}: a device that is gone before it is opened: each collector says so, or what the host knows of it`, async (t) => {
    const host = t.context[channel];
    const device = host.devices[0]!;
    await host.control({ fault: 'remove', device: device.pciAddress });
    for (const { title, spec, channels } of FAULTY_COLLECTORS) {
      if (channels?.includes(channel) === false) continue;
      const before = openFiles();
      const { impact, needs } = createCollector(spec);
      const { ended, ends } = await lane(device, { specs: [spec], impact, devlink: { socket: host.devlinkSocket } });
      if (needs.channel === true) t.is(ended.outcome, 'openFailed', title);
      if (needs.channel === 'optional') t.is(ends[0]?.reason, 'OpenFailed', title);
      if (needs.channel === false) t.is(ends[0]?.state, 'Done', title);
      await untilOpenFiles(t, before, title);
    }
    await host.control({ fault: 'restore', device: device.pciAddress });
  });
}

for (const channel of Object.keys(PROFILES) as ChannelName[]) {
  test(`${channel}: firmware that fails at everything is no device that supports nothing`, async (t) => {
    const host = t.context[channel];
    const device = host.devices[0]!;
    const { fault } = FAULTS[0]!;
    await host.control({ ...fault, times: undefined, device: device.pciAddress });
    for (const { title, spec, channels } of FAULTY_COLLECTORS) {
      const { impact, needs } = createCollector(spec);
      if (channels?.includes(channel) === false || needs.channel === false) continue;
      const { ends } = await lane(device, { specs: [spec], impact, devlink: { socket: host.devlinkSocket } });
      const end = ends[0]!;
      const failed = end.state === 'Failed' && end.reason === 'CollectorError';
      t.true(failed || (end.state === 'Done' && end.itemErrors > 0), `${title}: ${JSON.stringify(end)}`);
    }
    await host.control({ clear: true });
    await nothingLent(t, host, 'all refused');
  });
}

interface Bench {
  readonly host: EmulatedHost;
  readonly collector: FaultyCollector;
  /** A run without a fault, and the commands that it gave. */
  readonly sound: LaneRun;
  readonly commands: readonly LoggedCommand[];
  run(commandTimeoutMs?: number): Promise<LaneRun>;
}

async function prepare(t: ExecutionContext, host: EmulatedHost, collector: FaultyCollector): Promise<Bench> {
  const device = host.devices[0]!;
  const { spec } = collector;
  const { impact } = createCollector(spec);
  const run = (commandTimeoutMs?: number): Promise<LaneRun> =>
    lane(device, {
      specs: [spec],
      impact,
      devlink: { socket: host.devlinkSocket },
      ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
    });
  await host.untilIdle();
  const from = host.log().length;
  const sound = await run();
  t.is(sound.ends[0]?.state, 'Done', sound.ends[0]?.message);
  await host.untilIdle();
  const commands = host
    .log()
    .slice(from)
    .filter(({ uid }) => uid !== 0);
  // What follows stands on this: the commands are the frames of the items, and what makes and ends memory.
  t.deepEqual(
    commands.filter((command) => roleOf(command) === 'read').map(({ opcode }) => opcode),
    sound.items.flatMap(({ frames }) => frames.map(({ opcode }) => opcode)).filter((opcode) => opcode !== 0),
  );
  return { host, collector, sound, commands, run };
}

/** Runs the collector while the command at this place is struck, and compares it with the sound run. */
async function strike(t: ExecutionContext, bench: Bench, fault: FaultCase, place: number): Promise<void> {
  const { host, collector, commands, sound } = bench;
  const device = host.devices[0]!.pciAddress;
  const command = commands[place]!;
  const when = `${command.command} ${command.register ?? ''} (command ${place}) ${fault.title}`;
  const before = openFiles();
  await host.control({ ...fault.fault, device, afterCommands: place });
  const { items, ends, ended } = await bench.run(fault.commandTimeoutMs);
  const { faults } = await host.control({ status: true });
  t.true(
    (faults as readonly { struck: number }[]).every(({ struck }) => struck > 0),
    `${when}: nothing was struck`,
  );
  await host.control({ clear: true });
  await host.control({ fault: 'restore', device });
  while (lostLanes() > 0) await sleep(5);

  const read = commands.slice(0, place).filter((each) => roleOf(each) === 'read').length;
  const whole = itemsWithin(sound.items, read);
  t.deepEqual(outcomes(items.slice(0, whole)), outcomes(sound.items.slice(0, whole)), `${when}: what was read before`);
  const end = ends[0];
  const said = `${when}: ${end?.message}`;
  t.is(end?.items, items.length, said);
  const role = roleOf(command);
  if (fault.leaves === 'none') {
    // Faults do not keep back what the driver gives itself: it gives that up at once.
    if (command.command !== 'CREATE_UMEM') t.deepEqual(outcomes(items), outcomes(sound.items), when);
  } else if (role === 'givesMemoryBack') {
    // The collector had ended before.
    t.like(end, { state: 'Done', itemErrors: 0 }, said);
    // The driver's own command is given up at once.
    if (fault === STUCK && command.command !== 'DESTROY_UMEM') t.is(ended.outcome, 'hung', when);
  } else if ('end' in fault.leaves) {
    t.like(end, { state: 'Failed', reason: fault.leaves.end }, said);
    t.is(ended.outcome, fault.leaves.lane, said);
    t.regex(end?.message ?? '', /\w+/, when);
    if (role === 'read' && fault !== STUCK) t.is(items[whole]?.outcome, 'failed', said);
  } else {
    t.is(ended.outcome, 'done', said);
    const struck = items[whole];
    if (role === 'read') t.is(struck?.outcome, fault.leaves.item, said);
    const inline = role === 'makesMemory' && collector.inlineToo === true;
    const essential = role === 'makesMemory' || collector.essential?.test(struck?.key ?? '') === true;
    if (inline) t.like(end, { state: 'Done', itemErrors: 0 }, said);
    else if (essential) t.like(end, { state: 'Failed', reason: 'CollectorError' }, said);
    else t.like(end, { state: 'Done', itemErrors: 1 }, said);
  }
  await nothingLent(t, host, when);
  await untilOpenFiles(t, before, when);
}

/** How many items had all their answers after so many commands. */
function itemsWithin(items: readonly Item[], commands: number): number {
  let given = 0;
  const at = items.findIndex(({ frames }) => {
    given += frames.filter(({ opcode }) => opcode !== 0).length;
    return given > commands;
  });
  return at < 0 ? items.length : at;
}

function outcomes(items: readonly Item[]): readonly string[] {
  return items.map(({ key, outcome }) => `${key} ${outcome}`);
}

/** What this process, and with it its lanes, has open: files, devices, sockets, by their names in order. What threads have
 * for their event loops is anonymous, and comes and goes with the threads. */
function openFiles(): readonly string[] {
  const targets = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // The one by which the directory was read.
      return [];
    }
  });
  return targets.filter((target) => !/^(anon_inode|pipe):/.test(target)).toSorted();
}

/** Waits until nothing is open that was not before. Control connections take a moment. */
async function untilOpenFiles(t: ExecutionContext, before: readonly string[], when: string): Promise<void> {
  const left = (): readonly string[] => openFiles().filter((target) => !before.includes(target));
  for (const deadline = Date.now() + 10_000; left().length > 0 && Date.now() < deadline; ) await sleep(5);
  t.deepEqual(left(), [], `${when}: left open`);
}
