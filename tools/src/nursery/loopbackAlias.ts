import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';

/** Of the block for tests of network devices (RFC 2544); on no network that a machine talks to. */
export const LOOPBACK_ALIAS = '198.18.0.1';

/** Tells it from one that an administrator made, which stays. `networkInterfaces()` shows it as a name. */
const LABEL = 'lo:nicdiag';

/** In the directory of every nursery that uses the alias; the last one takes it away. */
const NOTE = 'loopback-alias';

/** Gives the loopback interface its second address, unless it is there, for as long as the nursery lives (sweep.ts).
 * @param directory of the nursery
 * @returns undefined, or why not */
export function holdLoopbackAlias(directory: string): string | undefined {
  const note = join(directory, NOTE);
  // Noted first: who releases it looks for notes once more after it has gone.
  writeFileSync(note, '');
  if (addresses().includes(LOOPBACK_ALIAS)) return undefined;
  const refusal = change('add');
  if (refusal === undefined || addresses().includes(LOOPBACK_ALIAS)) return undefined;
  rmSync(note);
  return refusal;
}

/** Takes it away again when no other nursery beside this one uses it; nothing happens when this one did not. */
export function releaseLoopbackAlias(directory: string): void {
  const note = join(directory, NOTE);
  if (!existsSync(note)) return;
  rmSync(note);
  if (networkInterfaces()[LABEL] === undefined || isHeld(dirname(directory))) return;
  // Refused to an ordinary user who came after root: then it stays until root's next run.
  change('del');
  // Somebody may have taken hold of it between the look and the end, and have seen it there.
  if (isHeld(dirname(directory))) change('add');
}

function isHeld(parent: string): boolean {
  return readdirSync(parent).some((entry) => existsSync(join(parent, entry, NOTE)));
}

function addresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}

function change(what: 'add' | 'del'): string | undefined {
  const label = what === 'add' ? ['label', LABEL] : [];
  const done = spawnSync('ip', ['address', what, `${LOOPBACK_ALIAS}/32`, 'dev', 'lo', ...label], { encoding: 'utf8' });
  return done.status === 0 ? undefined : (done.error?.message ?? done.stderr.trim());
}
