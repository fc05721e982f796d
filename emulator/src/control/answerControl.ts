import type { CommandLog } from '../driver/commandLog.ts';
import type { FaultTable } from '../faults/faultTable.ts';
import { type Population, parsePopulation } from '../firmware/objects/population.ts';
import type { Host } from '../host/host.ts';
import { ControlError, parseControlRequest } from './controlRequest.ts';
import { snapshotOf } from './snapshot.ts';

export interface Controlled {
  readonly host: Host;
  readonly faults: FaultTable;
  readonly log: CommandLog;
}

/** Carries out one control request.
 * @returns `{ ok: true, … }`, or `{ ok: false, error }` with a sentence for a person */
export function answerControl(controlled: Controlled, request: unknown): Record<string, unknown> {
  try {
    return { ok: true, ...carryOut(controlled, request) };
  } catch (error) {
    if (error instanceof ControlError) return { ok: false, error: error.message };
    throw error;
  }
}

function carryOut({ host, faults, log }: Controlled, value: unknown): Record<string, unknown> {
  const request = parseControlRequest(value);
  const named = (device: string | undefined): Host['functions'] => {
    const found = host.functions.filter(({ profile }) => device === undefined || profile.pciAddress === device);
    if (found.length > 0) return found;
    throw new ControlError(
      `there is no device ${device}; this host has ${host.functions.map((fn) => fn.profile.pciAddress).join(', ')}`,
    );
  };
  switch (request.kind) {
    case 'fault':
      named(request.filter.device);
      return { id: faults.add(request.filter, request.effect) };
    case 'remove':
      for (const fn of named(request.device)) fn.remove();
      return {};
    case 'restore':
      for (const fn of named(request.device)) fn.restore();
      return {};
    case 'clear':
      if (request.device !== undefined) named(request.device);
      faults.clear(request.device);
      return {};
    case 'populate': {
      const objects = request.objects;
      for (const { firmware } of named(request.device)) firmware.populate(populationOf(objects, firmware.population));
      return {};
    }
    case 'coreDump':
      for (const { firmware } of named(request.device)) firmware.card.resizeCoreDump(request.bytes);
      return {};
    case 'health':
      for (const { health } of new Set(named(request.device).map(({ firmware }) => firmware.card))) {
        if (request.syndrome === 0) health.recover();
        else health.fail(request.syndrome);
      }
      return {};
    case 'log':
      log.keepRecent();
      return { commands: [...log.recent] };
    case 'status':
      return {
        tainted: host.tainted,
        pinnedPages: host.iommu.pinnedPages(),
        lostWrites: host.iommu.lostWrites,
        faults: faults.status,
        devices: host.functions.map(({ profile, present, firmware }) => ({
          device: profile.pciAddress,
          present,
          userContexts: firmware.uids.size,
          ...firmware.memory.counts,
        })),
      };
    case 'snapshot':
      return { devices: named(request.device).map(({ firmware }) => snapshotOf(firmware)) };
  }
}

function populationOf(value: unknown, before: Population): Population {
  try {
    return parsePopulation(value, before);
  } catch (error) {
    throw new ControlError(`"populate": ${error instanceof Error ? error.message : String(error)}`);
  }
}
