import type { CommandQueue } from '../driver/commandQueue.ts';
import type { OpenDevice } from '../fuse/tree.ts';
import type { TransferBuffer } from '../system/transferBuffer.ts';

export interface RpcBuffers {
  readonly inbox: TransferBuffer;
  readonly outbox: TransferBuffer;
}

export interface Rpc {
  readonly uid: number;
  readonly pid: number;
  readonly inLength: number;
  readonly outLength: number;
}

/** Hands the command in `buffers.inbox` to the command queue and, now or when a held command is done, gives its answer
 * to the caller.
 * @param structure what the kernel copies back for this ioctl number, ready to be sent
 * @param deliver writes `buffers.outbox` to the caller, as an answer of so many bytes; returns 0 or an errno */
export function runRpc(
  queue: CommandQueue,
  buffers: RpcBuffers,
  { uid, pid, inLength, outLength }: Rpc,
  structure: Uint8Array,
  deliver: (answerBytes: number) => number,
): ReturnType<OpenDevice['ioctl']> {
  const outbox = buffers.outbox.bytes.subarray(0, outLength);
  let answerBytes = outLength;
  const tellLength = (bytes: number): void => {
    answerBytes = bytes;
  };
  const outcome = queue.submit({ uid, pid, inbox: buffers.inbox.bytes.subarray(0, inLength), outbox, tellLength });
  if (typeof outcome === 'number') return outcome === 0 ? deliver(answerBytes) : outcome;
  const answer = structure.slice();
  return {
    get dueNs() {
      return outcome.dueNs;
    },
    finish(output) {
      const failure = outcome.run(buffers.outbox.bytes.subarray(0, outLength));
      if (failure !== 0) return failure;
      output.set(answer);
      return deliver(outLength);
    },
  };
}
