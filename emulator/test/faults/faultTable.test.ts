import test from 'ava';
import fc from 'fast-check';
import { createFaultTable } from '../../src/faults/faultTable.ts';
import { accessRegister, header } from '../firmware/device.ts';

const DEVICE = '0000:03:00.0';
const always = { afterCommands: 0, times: Number.POSITIVE_INFINITY };
const busy = { kind: 'refuse', status: 6, syndrome: 1 } as const;

test('a fault strikes the commands that all of its filter matches', (t) => {
  const faults = createFaultTable();
  faults.add({ ...always, device: DEVICE, register: 0x5006 }, busy);
  t.like(faults.take(DEVICE, accessRegister(0x5006, 16, 'read')), busy);
  t.is(faults.take('0000:83:00.0', accessRegister(0x5006, 16, 'read')), undefined);
  t.is(faults.take(DEVICE, accessRegister(0x5008, 256, 'read')), undefined);
  t.is(faults.take(DEVICE, header(0x5006)), undefined, 'another command with that number in its opcode');
});

test('an opcode matches every register', (t) => {
  const faults = createFaultTable();
  faults.add({ ...always, opcode: 0x805 }, busy);
  t.like(faults.take(DEVICE, accessRegister(0x9020, 160, 'read')), busy);
  t.is(faults.take(DEVICE, header(0x100)), undefined);
});

test('of two faults the older one has effect', (t) => {
  const faults = createFaultTable();
  faults.add(always, busy);
  faults.add(always, { kind: 'hang' });
  t.like(faults.take(DEVICE, header(0x100)), busy);
});

test('clearing tells the commands that a fault holds', (t) => {
  const faults = createFaultTable();
  faults.add({ ...always, device: DEVICE }, { kind: 'hang' });
  const struck = faults.take(DEVICE, header(0x100));
  faults.clear('0000:83:00.0');
  t.false(struck?.cleared);
  faults.clear(DEVICE);
  t.true(struck?.cleared);
  t.false(faults.any);
});

test('afterCommands pass, then times strike, then all pass', (t) => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), fc.nat(50), (afterCommands, times, commands) => {
      const faults = createFaultTable();
      faults.add({ afterCommands, times }, busy);
      const struck = Array.from({ length: commands }, () => faults.take(DEVICE, header(0x100)) !== undefined);
      return struck.every((hit, at) => hit === (at >= afterCommands && at < afterCommands + times));
    }),
  );
  t.pass();
});

test('a device is in the state of an internal error once the commands before it have passed', (t) => {
  const faults = createFaultTable();
  faults.add({ ...always, device: DEVICE, afterCommands: 1 }, { kind: 'internalError' });
  t.false(faults.inInternalError(DEVICE));
  t.is(faults.take(DEVICE, header(0x100)), undefined);
  t.true(faults.inInternalError(DEVICE));
  t.false(faults.inInternalError('0000:83:00.0'));
  t.like(faults.take(DEVICE, header(0x100)), { kind: 'internalError' });
  faults.clear(DEVICE);
  t.false(faults.inInternalError(DEVICE));
});
