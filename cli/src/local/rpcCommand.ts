import { readFile } from 'node:fs/promises';
import type { Channel, NicFunction } from '@nicdiag/mlx5';
import { decodeCommandAnswer, formatText } from '@nicdiag/mlx5/decode';
import {
  commandByOpcode,
  inboxOpcode,
  MAILBOX_HEADER_BYTES,
  outboxStatus,
  outboxSyndrome,
  statusOf,
} from '@nicdiag/mlx5/prm';
import { dump } from 'js-yaml';
import { CommandError, EXIT, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { hexDump } from '../output/hexDump.ts';
import { findDevice } from './findDevice.ts';
import { numberWithin } from './numbers.ts';

export interface RpcOptions {
  readonly device?: string;
  readonly hostRoot: string;
  readonly in?: string;
  readonly outLength: string;
  readonly allowWrite?: boolean;
  readonly output?: string;
}

const FORMATS: readonly string[] = ['hex', 'raw', 'text', 'json', 'yaml'];

/** The kernel takes mailboxes up to this (mlx5ctl: 512 blocks of 512 bytes). */
const MAX_LENGTH = 262_144;
const LENGTH = { least: MAILBOX_HEADER_BYTES, most: MAX_LENGTH };

/** Gives one command to firmware, as it is: the whole inbox, header included; the kernel stamps the user id. Without
 * --allow-write only what the guard's table calls a read.
 * @returns the exit code: failed when firmware refuses the command */
export async function rpcCommand(hex: string | undefined, options: RpcOptions, io: Io): Promise<number> {
  const { output = 'hex' } = options;
  if (!FORMATS.includes(output)) throw new UsageError(`-o must be one of ${FORMATS.join(', ')}, not ${output}`);
  const inbox = await readInbox(hex, options.in);
  const outbox = new Uint8Array(numberWithin('--out-length', options.outLength, LENGTH));
  const device = await findDevice(options);
  using channel = await openFor(device, options.allowWrite === true);
  const { length, errno } = give(channel, inbox, outbox, options.allowWrite === true);
  if (errno !== 0) {
    const { explainErrno } = await import('@nicdiag/mlx5');
    const { name, meaning } = explainErrno(device.kind, errno);
    throw new CommandError(`${nameOf(inbox)} to ${device.pciAddress} did not come back: ${name}: ${meaning}`);
  }
  return answer(inbox, outbox.subarray(0, length), output, io);
}

/** @throws UsageError for what is not known to be a read */
function give(channel: Channel, inbox: Uint8Array, outbox: Uint8Array, allowWrite: boolean) {
  try {
    return channel.call(inbox, outbox, { scope: allowWrite ? 3 : 1 });
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'GuardError')) throw cause;
    throw new UsageError(`${cause.message}. Nothing was sent; --allow-write sends it as it is, whatever it does`, {
      cause,
    });
  }
}

async function openFor(device: NicFunction, write: boolean): Promise<Channel> {
  if (!write) return (await import('@nicdiag/mlx5/channel')).openChannel(device, { impact: 'ReadOnly' });
  return (await import('@nicdiag/mlx5/unguarded')).openUnguarded(device);
}

function answer(inbox: Uint8Array, outbox: Uint8Array, output: string, io: Io): number {
  const { name, text } = statusOf(outboxStatus(outbox));
  const syndrome = `0x${outboxSyndrome(outbox).toString(16).padStart(8, '0')}`;
  const refused = outboxStatus(outbox) !== 0;
  const command = nameOf(inbox);
  const decoded = refused ? undefined : decodeCommandAnswer(command, outbox);
  const object = {
    ...{ command, status: name, syndrome, outbox: Buffer.from(outbox).toString('hex') },
    ...(decoded !== undefined && { fields: decoded.fields }),
  };
  if (output === 'raw') io.outBytes(outbox);
  else if (output === 'json') io.out(`${JSON.stringify(object)}\n`);
  else if (output === 'yaml') io.out(dump(object));
  else if (output === 'text' && decoded !== undefined)
    io.out(`${formatText({ key: command, name: command, kind: 'object', index: {}, outcome: 'ok', ...decoded })}\n`);
  else io.out(hexDump(outbox));
  if (refused) io.err(`${nameOf(inbox)}: ${name} (${text}), syndrome ${syndrome}\n`);
  return refused ? EXIT.failed : EXIT.done;
}

/** @throws UsageError */
async function readInbox(hex: string | undefined, file: string | undefined): Promise<Uint8Array> {
  if ((hex === undefined) === (file === undefined))
    throw new UsageError('give the inbox as hex digits, or a file with --in');
  const bytes = file === undefined ? bytesOf(hex ?? '') : await bytesOfFile(file);
  if (bytes.length >= MAILBOX_HEADER_BYTES && bytes.length <= MAX_LENGTH) return bytes;
  throw new UsageError(`an inbox has ${MAILBOX_HEADER_BYTES} to ${MAX_LENGTH} bytes, this one ${bytes.length}`);
}

function bytesOf(hex: string): Uint8Array {
  const digits = hex.replaceAll(/[\s:_]/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new UsageError('the inbox must be hex digits, two a byte');
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

async function bytesOfFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function nameOf(inbox: Uint8Array): string {
  const opcode = inboxOpcode(inbox);
  return commandByOpcode(opcode)?.name ?? `command 0x${opcode.toString(16)}`;
}
