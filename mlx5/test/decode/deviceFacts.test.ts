import test from 'ava';
import { healthFrom, identityFrom, portStatesFrom } from '../../src/decode/index.ts';
import { registerItem } from '../registerItem.ts';

/** Words of a text from a byte offset on. */
function text(at: number, value: string): Record<number, number> {
  const words: Record<number, number> = {};
  for (let byte = 0; byte < value.length; byte += 4) {
    words[at + byte] = [0, 1, 2, 3].reduce((word, i) => word * 256 + (value.codePointAt(byte + i) ?? 0), 0);
  }
  return words;
}

test('identity is taken from MGIR and MSGI, extended version numbers where they are filled in', (t) => {
  const items = [
    registerItem('MGIR', { 32: 0x001c_2a00, 68: 28, 72: 42, 76: 1000, ...text(0x30, 'MT_0000000838') }),
    registerItem('MSGI', { ...text(0, 'MT2346X00001'), ...text(0x20, 'MCX75310AAS-NEA') }),
  ];
  t.deepEqual(identityFrom(items), {
    firmwareVersion: '28.42.1000',
    psid: 'MT_0000000838',
    serialNumber: 'MT2346X00001',
    partNumber: 'MCX75310AAS-NEA',
  });
  t.deepEqual(identityFrom([registerItem('MGIR', { 32: 0x000c_0102 })]), { firmwareVersion: '12.1.0002' });
});

test('a function that may not read MGIR has its PSID from QUERY_ADAPTER', (t) => {
  const outbox = new Uint8Array(272);
  outbox.set(new TextEncoder().encode('MT_0000000884'), 16 + 240);
  const base = registerItem('MGIR', {});
  const adapter = {
    ...base,
    kind: 'capability',
    name: 'QUERY_ADAPTER',
    frames: [{ ...base.frames[0]!, outbox }],
  } as const;
  t.deepEqual(identityFrom([{ ...base, outcome: 'absent' }, adapter]), { psid: 'MT_0000000884' });
});

test('items that firmware refused say nothing', (t) => {
  t.deepEqual(identityFrom([{ ...registerItem('MGIR', {}), outcome: 'refused' }]), {});
});

test('ports have their state and speed', (t) => {
  const items = [
    registerItem('PAOS', { 0: 2 }, { local_port: 2 }),
    registerItem('PAOS', { 0: 1 }, { local_port: 1 }),
    registerItem('PTYS', { 4: 4000 }, { local_port: 1 }),
    registerItem('PTYS', { 4: 0 }, { local_port: 2 }),
  ];
  t.deepEqual(portStatesFrom(items), [
    { number: 1, state: 'Up', speed: '400G' },
    { number: 2, state: 'Down' },
  ]);
});

test('health facts are temperatures, PCI Express width, link diagnosis and modules in error', (t) => {
  const items = [
    registerItem('MTMP', { 4: 0x1f0, 8: 0x200, 12: 0x348 }, { sensor_index: 0 }),
    registerItem('MTMP', { 4: 0x100 }, { sensor_index: 64 }),
    registerItem('MPEIN', { 8: 0x0010_0000, 12: 0x0008_0000 }),
    registerItem('PDDR', { 12: 1024 }, { local_port: 1, page_select: 1 }),
    registerItem('PMAOS', { 0: 3 }, { module: 2 }),
  ];
  t.deepEqual(healthFrom(items), {
    temperature: 62,
    maxTemperature: 64,
    temperatureThreshold: 105,
    pcieWidth: 8,
    pcieWidthEnabled: 16,
    portMonitorOpcodes: { 1: 1024 },
    modulesInError: [2],
  });
});
