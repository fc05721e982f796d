import test from 'ava';
import { createGuard, GuardError } from '../../src/channel/guard.ts';
import type { Impact } from '../../src/collect/spec.ts';

/** Registers in which a bit too many would be a measurement or a setting, with the bits of each word that a read may set,
 * written down by hand from the register database. */
const MASKS: readonly {
  readonly name: string;
  readonly id: number;
  readonly bytes: number;
  readonly impact: Impact;
  readonly words: readonly number[];
}[] = [
  // length 0x0.0:9, host_id_valid 0x0.9, access_mode 0x0.22:2, type 0x4. Never data, priority, rd_en, ovr_en or version.
  { name: 'MNVDA', id: 0x9024, bytes: 268, impact: 'ReadOnly', words: [0x00c0_03ff, 0xffff_ffff] },
  // type 0x0, host_id_valid 0x4.9.
  { name: 'MNVQC', id: 0x9030, bytes: 8, impact: 'ReadOnly', words: [0xffff_ffff, 0x0000_0200] },
  // port_type 0x0.4:4, lane 0x0.8:4, lp_msb 0x0.12:2, pnat 0x0.14:2, local_port 0x0.16:8. Never fom_measurement 0x4.0:4.
  { name: 'SLRG', id: 0x5028, bytes: 40, impact: 'DebugWrite', words: [0x00ff_fff0] },
];

function read(id: number, bytes: number): Uint8Array {
  const inbox = new Uint8Array(16 + bytes);
  // ACCESS_REG, op_mod 1 (read), register id.
  inbox.set([0x08, 0x05], 0);
  inbox.set([0x00, 0x01], 6);
  inbox.set([id >>> 8, id & 0xff], 10);
  return inbox;
}

for (const { name, id, bytes, impact, words } of MASKS) {
  test(`a read of ${name} may set these bits and no other`, (t) => {
    const guard = createGuard(impact);
    t.notThrows(() => guard.admit(read(id, bytes), 1));
    for (let bit = 0; bit < bytes * 8; bit += 1) {
      const inbox = read(id, bytes);
      inbox[16 + (bit >>> 3)] = 0x80 >>> (bit & 7);
      const allowed = ((words[bit >>> 5] ?? 0) >>> (31 - (bit & 31))) & 1;
      const place = `0x${((bit >>> 5) * 4).toString(16)}.${31 - (bit & 31)}`;
      if (allowed === 1) t.notThrows(() => guard.admit(inbox, 1), place);
      else
        t.throws(() => guard.admit(inbox, 1), { instanceOf: GuardError, message: /may not be set by a read/ }, place);
    }
  });
}

test('SLRG is not read with impact ReadOnly, not even bare', (t) => {
  t.throws(() => createGuard('ReadOnly').admit(read(0x5028, 40), 1), {
    instanceOf: GuardError,
    message: /SLRG is of class debugWrite/,
  });
});
