import type { Condition, NicDeviceStatus, NicdeviceReason } from '@nicdiag/api';
import type { LaneEnd } from '@nicdiag/artifacts';
import type { UnreachableReason } from '@nicdiag/mlx5';
import type { DeviceFacts } from './deviceFacts.ts';

/** How a device answered when it was last asked. */
export type DeviceAnswer =
  | { readonly type: 'notAsked' }
  | { readonly type: 'facts'; readonly facts: DeviceFacts; readonly abi: string }
  /** Firmware lets this host read no register; QUERY_ADAPTER tells which PSID it has all the same. */
  | { readonly type: 'limited'; readonly message: string; readonly facts: DeviceFacts; readonly abi: string }
  | { readonly type: 'failed'; readonly end: LaneEnd }
  /** There is no channel through which to ask. */
  | { readonly type: 'unreachable'; readonly why: UnreachableReason; readonly message: string };

export interface ExplainedHealth {
  readonly health: NonNullable<NicDeviceStatus['health']>;
  /** Without times. */
  readonly conditions: readonly ExplainedCondition[];
}

export type ExplainedCondition = Pick<Condition, 'type' | 'status' | 'message'> & { readonly reason: NicdeviceReason };

/** Says in one word how a device is, and in conditions why: the first one is the cause, which `kubectl get nicdevices`
 * shows. `Responsive` is always there, a fault only while it holds. */
export function explainHealth(answer: DeviceAnswer): ExplainedHealth {
  switch (answer.type) {
    case 'notAsked':
      return only('Unknown', 'Unknown', 'NotAsked', 'the agent has not spoken to the firmware of this device yet');
    case 'limited':
      return only('Limited', 'False', 'DeviceUnsupported', answer.message);
    case 'failed':
      return failed(answer.end);
    case 'facts':
      return answered(answer.facts);
    case 'unreachable':
      return answer.why === 'FlashRecovery'
        ? only('Unresponsive', 'False', reasonOfUnreachable(answer.why), answer.message)
        : only('Unknown', 'Unknown', reasonOfUnreachable(answer.why), answer.message);
  }
}

/** The reason that the NicDevice of a device without a channel has. */
export function reasonOfUnreachable(why: UnreachableReason): NicdeviceReason {
  return why === 'FlashRecovery' ? 'FirmwareInRecovery' : 'NoDebugChannel';
}

function failed({ outcome, message = outcome }: LaneEnd): ExplainedHealth {
  switch (outcome) {
    case 'hung':
      return only('Unresponsive', 'False', 'DeviceHung', message);
    case 'gone':
      return only('Unresponsive', 'False', 'DeviceGone', message);
    default:
      return only('Unknown', 'False', 'OpenFailed', message);
  }
}

function answered({ ports, health }: DeviceFacts): ExplainedHealth {
  const faults: ExplainedCondition[] = [];
  const fault = (type: Fault, message: string): void => {
    faults.push(condition(type, 'True', type, message));
  };

  const down = ports.filter(({ state, wanted }) => state === 'Down' && wanted);
  // A device with one port up is at work; ports that are down by configuration are nobody's fault.
  if (down.length > 0 && ports.every(({ state }) => state !== 'Up')) {
    const why = down.map(
      ({ number, trouble }) => `port ${number} is down${trouble === undefined ? '' : `: ${trouble}`}`,
    );
    fault('LinkDown', why.join('; '));
  }
  const { temperature = 0, temperatureThreshold = 0, pcieWidth = 0, pcieWidthEnabled = 0, modulesInError } = health;
  // No number in the message: it would make a write of every look.
  if (temperatureThreshold > 0 && temperature > temperatureThreshold) {
    fault('Overheated', `the ASIC is hotter than ${temperatureThreshold} °C, at which firmware warns`);
  }
  // MPEIN.link_width_enabled is a bit for each width.
  const widest = pcieWidthEnabled === 0 ? 0 : 2 ** (31 - Math.clz32(pcieWidthEnabled));
  if (pcieWidth > 0 && pcieWidth < widest) {
    fault('PcieNarrow', `the PCI Express link has ${pcieWidth} of ${widest} lanes`);
  }
  if (modulesInError.length > 0) fault('ModuleError', `modules in error: ${modulesInError.join(', ')}`);

  const responsive = condition('Responsive', 'True', 'FirmwareAnswers', 'firmware answers');
  return { health: faults.length === 0 ? 'Healthy' : 'Degraded', conditions: [...faults, responsive] };
}

/** Faults of a device that answers; each is a condition of that name, there while it holds, for a reason of that name. */
type Fault = NicdeviceReason & ('LinkDown' | 'Overheated' | 'PcieNarrow' | 'ModuleError');

function only(
  health: ExplainedHealth['health'],
  status: Condition['status'],
  reason: NicdeviceReason,
  message: string,
): ExplainedHealth {
  return { health, conditions: [condition('Responsive', status, reason, message)] };
}

function condition(
  type: string,
  status: Condition['status'],
  reason: NicdeviceReason,
  message: string,
): ExplainedCondition {
  return { type, status, reason, message: message.slice(0, 1024) };
}
