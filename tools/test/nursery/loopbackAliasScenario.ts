import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownAddress } from '../../src/cluster/ownAddress.ts';
import { createNursery } from '../../src/nursery/nursery.ts';
import { ownerOf, sweepAbandoned, writeOwner } from '../../src/nursery/owner.ts';

/* Runs in a network namespace of its own, with a temporary directory of its own; tells after each step which address
 * was had and which there are. */
const steps: Record<string, { readonly had?: string; readonly left: readonly string[] }> = {};
const note = (step: string, had?: string): void => {
  const left = Object.values(networkInterfaces())
    .flat()
    .flatMap((info) => (info?.family === 'IPv4' ? [info.address] : []));
  steps[step] = { ...(had !== undefined && { had }), left };
};
const ip = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
};

ip('link', 'set', 'lo', 'up');
note('before');

const first = createNursery('test', { graceMs: 0 });
const second = createNursery('test', { graceMs: 0 });
const bystander = createNursery('test', { graceMs: 0 });
note('the first takes it', ownAddress(first.directory));
note('the second takes it', ownAddress(second.directory));
await first[Symbol.asyncDispose]();
note('the first ends');
await bystander[Symbol.asyncDispose]();
note('one that has not taken it ends');
await second[Symbol.asyncDispose]();
note('the second ends');

const killed = join(tmpdir(), 'nicdiag-killed');
mkdirSync(killed);
writeOwner(killed, { ...ownerOf('nobody-has-this-id'), startTime: '1' });
note('one that is killed takes it', ownAddress(killed));
await sweepAbandoned();
note('the next run sweeps');

ip('address', 'add', '198.18.0.1/32', 'dev', 'lo');
const guest = createNursery('test', { graceMs: 0 });
note("an administrator's is taken", ownAddress(guest.directory));
await guest[Symbol.asyncDispose]();
note("an administrator's stays");

process.stdout.write(JSON.stringify(steps));
