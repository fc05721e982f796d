import test from 'ava';
import fc from 'fast-check';
import { commandTable } from '../../src/firmware/commands/commandTable.ts';
import { header, makeDevice } from './device.ts';

test('an unknown opcode is a bad operation; a short inbox a bad length', (t) => {
  const device = makeDevice();
  t.is(device.command(header(0xfff), 16).trace.status, 2);
  t.is(device.command(header(0x10a).subarray(0, 8), 16).trace.status, 0x50);
  t.is(device.command(header(0x10a), 15).trace.status, 0x51);
});

test('a user context that ended is unknown', (t) => {
  const { firmware, uid } = makeDevice();
  firmware.uids.destroy(uid);
  t.is(firmware.execute(uid, header(0x10a), new Uint8Array(112)).status, 5);
});

test('a context gets no more than its device offers', (t) => {
  const { firmware } = makeDevice({ host: 'gpu-c' });
  const create = new Uint8Array(64);
  create.set(header(0xa04));
  create[0x13] = 4;
  t.is(firmware.execute(0, create, new Uint8Array(16)).status, 3, 'TOOLS_RESOURCES is not offered');
  create[0x13] = 1;
  const outbox = new Uint8Array(16);
  t.is(firmware.execute(0, create, outbox).status, 0);
  t.true(outbox[0xb]! > 0);
});

test("another context's memory is not there", (t) => {
  const device = makeDevice();
  const other = device.firmware.uids.create(7)!;
  const create = new Uint8Array(0x38);
  create.set(header(0xa08));
  create[0x2f] = 1;
  const { trace, outbox } = device.command(create, 16);
  t.is(trace.status, 0);
  const destroy = header(0xa0a).with(11, outbox[11]!);
  t.is(device.firmware.execute(other, destroy, new Uint8Array(16)).status, 5);
  t.is(device.command(destroy, 16).trace.status, 0);
  t.is(device.command(destroy, 16).trace.status, 5);
});

test('the same refusal has the same syndrome, different ones have different ones', (t) => {
  const device = makeDevice();
  const first = device.register('PAOS', { local_port: 9 });
  t.is(device.register('PAOS', { local_port: 8 }).syndrome, first.syndrome);
  t.not(device.register('PMTU', { local_port: 9 }).syndrome, first.syndrome);
});

test('no command, whatever its bytes, brings the firmware down', (t) => {
  const device = makeDevice();
  fc.assert(
    fc.property(
      fc.constantFrom(...commandTable.keys(), 0x50b),
      fc.uint8Array({ minLength: 0, maxLength: 200 }),
      fc.integer({ min: 0, max: 300 }),
      (opcode, body, outLength) => {
        const inbox = new Uint8Array(2 + body.length);
        inbox.set([opcode >>> 8, opcode & 0xff]);
        inbox.set(body, 2);
        const { trace, outbox } = device.command(inbox, outLength);
        device.firmware.describe(inbox);
        return outLength === 0 || outbox[0] === trace.status;
      },
    ),
    { numRuns: 3000 },
  );
  t.pass();
});
