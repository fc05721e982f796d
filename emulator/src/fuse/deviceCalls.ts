import type { Connection, Unique } from './connection.ts';
import type { HeldCalls } from './heldCalls.ts';
import { createIoctlCall, type IoctlCallSlot } from './ioctlCall.ts';
import { IOCTL_OUT_SIZE } from './protocol.ts';
import { ok } from './requestServer.ts';
import type { Caller, OpenDevice } from './tree.ts';

/** Calls of devices, whichever way they come. */
export interface DeviceCalls {
  /** The caller of any request. */
  caller(): Caller;
  /** Reads the IOCTL request of this length. */
  load(length: number): IoctlCallSlot['view'];
  /** Has the call that was loaded executed.
   * @returns the handler's result: undefined when the call is held */
  execute(device: OpenDevice, unique: Unique): number | undefined;
}

export function createDeviceCalls(connection: Connection, held: HeldCalls): DeviceCalls {
  const call = createIoctlCall(connection);
  return {
    caller: call.caller,
    load(length) {
      call.load(length);
      return call.view;
    },
    execute(device, unique) {
      const outputSize = call.view.output.length;
      const outcome = device.ioctl(call.view);
      if (typeof outcome === 'number') return outcome === 0 ? ok(IOCTL_OUT_SIZE + outputSize) : outcome;
      held.add(unique, outcome, outputSize);
      return undefined;
    },
  };
}
