import type { ChannelInfo, NicFunction } from '@nicdiag/mlx5';
import { dump } from 'js-yaml';
import { CommandError, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { findDevice } from './findDevice.ts';

export interface InfoOptions {
  readonly device?: string;
  readonly hostRoot: string;
  readonly output?: string;
}

/** UCTX capability bits.
 * @source mlx5_ifc_uctx_bits; mlx5ctl grants each for a Linux capability */
const UCTX_CAPABILITIES: readonly (readonly [bit: number, name: string])[] = [
  [0x1, 'RAW_TX'],
  [0x2, 'INTERNAL_DEVICE_RESOURCES'],
  [0x4, 'TOOLS_RESOURCES'],
];

/** Of a DPU. */
const SIDES = { Host: 'host of the DPU', Arm: 'Arm cores of the DPU (ECPF)' } as const;

/** Opens a device and prints what the kernel says of the channel: its ABI, the user id, what that id may do. */
export async function infoCommand(options: InfoOptions, io: Io): Promise<void> {
  const device = await findDevice(options);
  const { runLane } = await import('@nicdiag/mlx5');
  let info: ChannelInfo | undefined;
  const job = { device, impact: 'ReadOnly', collectors: [], maxBytes: 0 } as const;
  for await (const event of runLane(job, { signal: io.signal })) {
    if (event.type === 'opened') info = event.info;
    else if (event.type === 'ended' && event.outcome !== 'done') throw new CommandError(event.message ?? event.outcome);
  }
  if (info === undefined) throw new CommandError(`${device.pciAddress}: the kernel said nothing of the channel`);
  print(factsOf(device, info), options.output, io);
}

function factsOf(device: NicFunction, info: ChannelInfo) {
  return {
    pciAddress: device.pciAddress,
    model: device.model,
    function: device.function,
    ...(device.side === undefined ? {} : { side: SIDES[device.side] }),
    asic: device.asic,
    node: device.node,
    interfaces: device.netdevs,
    rdmaDevices: device.rdmaDevices,
    ...(device.subfunctions.length === 0
      ? {}
      : {
          subfunctions: device.subfunctions.map(({ name, sfnum }) =>
            sfnum === undefined ? name : `${name} (sfnum ${sfnum})`,
          ),
        }),
    channel: info.kind,
    abi: info.abi,
    uid: info.uid,
    uctxCapabilities: UCTX_CAPABILITIES.flatMap(([bit, name]) => ((info.uctxCap & bit) === 0 ? [] : [name])),
    maxInLength: info.maxInLength,
    maxOutLength: info.maxOutLength,
  };
}

function print(facts: ReturnType<typeof factsOf>, output: string | undefined, io: Io): void {
  if (output === 'json') io.out(`${JSON.stringify(facts, undefined, 2)}\n`);
  else if (output === 'yaml') io.out(dump(facts));
  else if (output !== undefined && output !== 'text') {
    throw new UsageError(`-o must be one of text, json, yaml, not ${output}`);
  } else {
    for (const [name, value] of Object.entries(facts)) {
      const text = Array.isArray(value) ? value.join(', ') || 'none' : String(value);
      io.out(`${name.padEnd(18)}${text}\n`);
    }
  }
}
