import type { NicFunction } from '../discover/device.ts';
import { commandByOpcode, inboxOpcode, MAILBOX_HEADER_BYTES, OPCODE } from '../prm/index.ts';
import type { Channel, Scope } from './channel.ts';
import { GuardError } from './guard.ts';
import { openGuarded } from './openChannel.ts';

/** Scope of commands that the kernel's list has not: it refuses them at this one too, and says so. */
const HIGHEST_SCOPE = 3;

/** Opens the debug channel for any command at all. Only for a person who gives one command by hand and has said that it
 * may change the device: it is no part of the library's index, and the linter lets nobody else import it. What is left
 * are the rights of the user id, which driver and firmware confine.
 * @throws ChannelError */
export function openUnguarded(device: NicFunction): Channel {
  return openGuarded(device, { admit: (inbox, limit) => admitAt(inbox, 0, inbox.length, limit), admitAt });
}

function admitAt(memory: Uint8Array, at: number, length: number, limit: Scope): Scope {
  if (length < MAILBOX_HEADER_BYTES) {
    throw new GuardError('BadInbox', `an inbox has at least ${MAILBOX_HEADER_BYTES} bytes, not ${length}`);
  }
  const scope = scopeOf(inboxOpcode(memory, at));
  if (scope > limit) throw new GuardError('ScopeTooHigh', `the command needs fwctl scope ${scope}, not ${limit}`);
  return scope;
}

/** ACCESS_REG passes at 0 as a write and at 1 as a read; 1 is enough for both. */
function scopeOf(opcode: number): Scope {
  if (opcode === OPCODE.ACCESS_REG) return 1;
  const listed = commandByOpcode(opcode)?.fwctlScope;
  return listed === 0 || listed === 1 || listed === 2 ? listed : HIGHEST_SCOPE;
}
