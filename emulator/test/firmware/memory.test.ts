import { getField, setField } from '@nicdiag/mlx5/prm';
import test from 'ava';
import fc from 'fast-check';
import { createFirmwareFunction, type FirmwareFunction } from '../../src/firmware/firmwareFunction.ts';
import { createCoreMemory, USUAL_DUMP_BYTES } from '../../src/firmware/memory/coreMemory.ts';
import { makeDevice } from './device.ts';

const [OK, BAD_PARAM, BAD_RES, BAD_RES_STATE] = [0, 3, 5, 9];
const PAGE = 4096;
const mkc = (field: string): string => `memory_key_mkey_entry.${field}`;

type Fields = Readonly<Record<string, number | bigint>>;

/** A function whose bus leads to a plain array, two contexts of which the first has lent 4 pages. */
function makeMemory() {
  const { card, firmware: known } = makeDevice();
  const bytes = new Map<number, number>();
  const firmware: FirmwareFunction = createFirmwareFunction(card, known.profile, 0, {
    write(address, data) {
      for (const [at, byte] of data.entries()) bytes.set(address + at, byte);
    },
  });
  const uid = firmware.uids.create(7)!;
  const other = firmware.uids.create(7)!;

  function command(
    opcode: number,
    layout: string,
    fields: Fields,
    as = uid,
    length = 16,
  ): { status: number; id: number; outbox: Uint8Array } {
    const inbox = new Uint8Array(length);
    inbox.set([opcode >>> 8, opcode & 0xff]);
    for (const [path, value] of Object.entries(fields)) setField(inbox, layout, path, value);
    const outbox = new Uint8Array(16);
    const { status } = firmware.execute(as, inbox, outbox);
    return { status, id: new DataView(outbox.buffer).getUint32(8) & 0xffffff, outbox };
  }

  /** @param pages bus addresses */
  function createUmem(pages: readonly number[], offset = 0, as = uid): number {
    const inbox = new Uint8Array(0x30 + 8 * pages.length);
    const view = new DataView(inbox.buffer);
    view.setUint16(0, 0xa08);
    view.setUint32(0x24, offset);
    view.setUint32(0x2c, pages.length);
    for (const [at, page] of pages.entries()) view.setBigUint64(0x30 + 8 * at, BigInt(page) | 3n);
    const outbox = new Uint8Array(16);
    firmware.execute(as, inbox, outbox);
    return new DataView(outbox.buffer).getUint32(8);
  }

  const allocPd = (as = uid): number => command(0x800, 'alloc_pd_in', {}, as).id;
  const createMkey = (fields: Fields, as = uid) =>
    command(
      0x200,
      'create_mkey_in',
      {
        mkey_umem_valid: 1,
        [mkc('access_mode_1_0')]: 1,
        [mkc('lw')]: 1,
        [mkc('lr')]: 1,
        [mkc('qpn')]: 0xffffff,
        [mkc('mkey_7_0')]: 0x42,
        ...fields,
      },
      as,
      272,
    );

  function coreDump(fields: Fields, as = uid): { status: number; size: number; more: number; cookie: bigint } {
    const inbox = new Uint8Array(80);
    inbox.set([0x08, 0x05, 0, 0, 0, 0, 0, 1, 0, 0, 0x40, 0x2e]);
    const data = inbox.subarray(16);
    for (const [path, value] of Object.entries({ core_dump_type: 2, ...fields }))
      setField(data, 'core_dump_reg', path, value);
    const outbox = new Uint8Array(80);
    const { status } = firmware.execute(as, inbox, outbox);
    const view = new DataView(outbox.buffer, 16);
    return { status, size: view.getUint32(0x14), more: view.getUint8(0) >>> 7, cookie: view.getBigUint64(0x20) };
  }

  return { firmware, uid, other, bytes, command, createUmem, allocPd, createMkey, coreDump };
}

const START = 0x7f12_3456_7000n;

function idBytes(id: number): number[] {
  return [(id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff];
}

test('objects of a user context are made and ended in order; what is in use is not ended', (t) => {
  const { firmware, uid, command, createUmem, allocPd, createMkey } = makeMemory();
  const umem = createUmem([PAGE, 2 * PAGE]);
  const pd = allocPd();
  const key = createMkey({ mkey_umem_id: umem, [mkc('pd')]: pd, [mkc('start_addr')]: START, [mkc('len')]: 8192n });
  t.is(key.status, OK);
  t.deepEqual(firmware.memory.counts, { umems: 1, protectionDomains: 1, memoryKeys: 1 });
  const query = new Uint8Array(304);
  firmware.execute(uid, Uint8Array.of(2, 1, 0, 0, 0, 0, 0, 0, 0, ...idBytes(key.id), 0, 0, 0, 0), query);
  t.is(query[0], OK);
  t.is(getField(query, 'query_mkey_out', mkc('start_addr')), START, 'QUERY_MKEY shows it as it was made');
  t.is(getField(query, 'query_mkey_out', mkc('pd')), pd);
  t.is(command(0xa0a, 'destroy_umem_in', { umem_id: umem }).status, BAD_RES_STATE);
  t.is(command(0x801, 'dealloc_pd_in', { pd }).status, BAD_RES_STATE);
  t.is(command(0x202, 'destroy_mkey_in', { mkey_index: key.id }).status, OK);
  t.is(command(0x202, 'destroy_mkey_in', { mkey_index: key.id }).status, BAD_RES);
  t.is(command(0xa0a, 'destroy_umem_in', { umem_id: umem }).status, OK);
  t.is(command(0xa0a, 'destroy_umem_in', { umem_id: umem }).status, BAD_RES);
  t.is(command(0x801, 'dealloc_pd_in', { pd }).status, OK);
  t.is(command(0x801, 'dealloc_pd_in', { pd }).status, BAD_RES);
  t.deepEqual(firmware.memory.counts, { umems: 0, protectionDomains: 0, memoryKeys: 0 });
});

test("another context's objects are not there, and end with their context", (t) => {
  const { firmware, uid, other, command, createUmem, allocPd, createMkey, coreDump } = makeMemory();
  const umem = createUmem([PAGE]);
  const pd = allocPd();
  const fields = { mkey_umem_id: umem, [mkc('pd')]: pd, [mkc('start_addr')]: START, [mkc('len')]: 4096n };
  const key = createMkey(fields);
  const mkey = key.id * 256 + 0x42;
  t.is(createMkey(fields, other).status, BAD_RES, 'umem');
  t.is(createMkey({ ...fields, mkey_umem_id: createUmem([PAGE], 0, other) }, other).status, BAD_RES, 'pd');
  t.is(command(0xa0a, 'destroy_umem_in', { umem_id: umem }, other).status, BAD_RES);
  t.is(command(0x801, 'dealloc_pd_in', { pd }, other).status, BAD_RES);
  t.is(command(0x202, 'destroy_mkey_in', { mkey_index: key.id }, other).status, BAD_RES);
  t.is(coreDump({ mkey, address: START, size: 4096 }, other).status, BAD_RES);
  t.is(coreDump({ mkey, address: START, size: 4096 }).status, OK);
  const outbox = new Uint8Array(16);
  firmware.execute(0, Uint8Array.of(0x0a, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, uid >>> 8, uid & 0xff, 0, 0, 0, 0), outbox);
  t.is(outbox[0], 0);
  t.deepEqual(firmware.memory.counts, { umems: 1, protectionDomains: 0, memoryKeys: 0 }, 'the other one has its umem');
});

test('a key goes no further than its memory, and a command no further than its key', (t) => {
  const { bytes, createUmem, allocPd, createMkey, command, coreDump } = makeMemory();
  // Three pages of which two follow one another, from byte 0x100 of the first.
  const umem = createUmem([5 * PAGE, 9 * PAGE, 10 * PAGE], 0x100);
  const length = 3 * PAGE - 0x100;
  const pd = allocPd();
  const fields = { mkey_umem_id: umem, [mkc('pd')]: pd, [mkc('start_addr')]: START };
  t.is(createMkey({ ...fields, [mkc('len')]: BigInt(length + 1) }).status, BAD_PARAM);
  t.is(createMkey({ ...fields, [mkc('len')]: 0n }).status, BAD_PARAM);
  t.is(createMkey({ ...fields, [mkc('len')]: 4096n, mkey_umem_valid: 0 }).status, BAD_PARAM);
  t.is(createMkey({ ...fields, [mkc('len')]: 4096n, [mkc('access_mode_1_0')]: 0 }).status, BAD_PARAM);
  const key = createMkey({ ...fields, [mkc('len')]: BigInt(length) });
  const readOnly = createMkey({ ...fields, [mkc('len')]: BigInt(length), [mkc('lw')]: 0 });
  t.deepEqual([key.status, readOnly.status], [OK, OK]);
  const mkey = key.id * 256 + 0x42;
  const request = { mkey, address: START, size: length };
  t.is(coreDump({ ...request, mkey: readOnly.id * 256 + 0x42 }).status, BAD_PARAM, 'no local write');
  t.is(coreDump({ ...request, mkey: mkey + 1 }).status, BAD_RES, 'another low byte');
  t.is(coreDump({ ...request, address: START - 1n }).status, BAD_PARAM, 'before its start');
  t.is(coreDump({ ...request, address: START + 1n }).status, BAD_PARAM, 'beyond its end');
  t.is(coreDump({ ...request, size: length + 1 }).status, BAD_PARAM, 'beyond its end');
  t.is(coreDump({ ...request, size: 7 }).status, BAD_PARAM, 'no room for a pair');
  t.is(bytes.size, 0);
  const answer = coreDump(request);
  t.like(answer, { status: OK, size: length - (length % 8), more: 1 });
  const written = [...bytes.keys()].sort((a, b) => a - b);
  t.is(written.length, answer.size);
  t.is(written[0], 5 * PAGE + 0x100);
  t.false(bytes.has(6 * PAGE), 'nothing between the pages');
  t.true(bytes.has(9 * PAGE) && bytes.has(10 * PAGE));
  t.is(command(0x202, 'destroy_mkey_in', { mkey_index: key.id }).status, OK);
  t.is(coreDump(request).status, BAD_RES, 'after the key has ended');
});

test('a core dump goes on at its cookie until it ends, as the published one does', (t) => {
  const { bytes, createUmem, allocPd, createMkey, coreDump } = makeMemory();
  const pages = Array.from({ length: 16 }, (_, at) => (at + 1) * PAGE);
  const size = 16 * PAGE;
  const key = createMkey({
    mkey_umem_id: createUmem(pages),
    [mkc('pd')]: allocPd(),
    [mkc('start_addr')]: START,
    [mkc('len')]: BigInt(size),
  });
  const mkey = key.id * 256 + 0x42;
  let total = 0;
  let last = -1;
  let cookie = 0n;
  for (let more = 0, first = true; first || more === 1; first = false) {
    const answer = coreDump({ mkey, address: START, size, more_dump: more, cookie });
    t.is(answer.status, OK);
    for (let at = 0; at < answer.size; at += 8) {
      const address = [0, 1, 2, 3].reduce((sum, byte) => sum * 256 + bytes.get(PAGE + at + byte)!, 0);
      if (address <= last) t.fail(`address 0x${address.toString(16)} after 0x${last.toString(16)}`);
      last = address;
    }
    total += answer.size;
    cookie = answer.cookie;
    more = answer.more;
  }
  t.is(total, 831_304);
  t.is(last, 0x500c00);
  t.is(cookie, 0x500c04n);
});

test('dumps that print into the tracer need its owner', (t) => {
  const { coreDump } = makeMemory();
  t.is(coreDump({ core_dump_type: 0 }).status, BAD_RES_STATE);
  t.is(coreDump({ core_dump_type: 1, qpn: 5 }).status, BAD_RES_STATE);
  t.is(coreDump({ core_dump_type: 3 }).status, BAD_PARAM);
  t.is(coreDump({ vhca_id: 9 }).status, BAD_PARAM, 'another function');
});

test('however it is cut, a dump is the same', (t) => {
  const memory = createCoreMemory(USUAL_DUMP_BYTES, 7);
  const whole = new Uint8Array(USUAL_DUMP_BYTES);
  t.like(memory.fill(0, whole), { written: USUAL_DUMP_BYTES, ended: true });
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 200_000 }), (room) => {
      let from = 0;
      let at = 0;
      for (let ended = false; !ended; ) {
        const part = memory.fill(from, whole.slice(at, at + room));
        const target = new Uint8Array(room);
        memory.fill(from, target);
        for (let byte = 0; byte < part.written; byte += 997) t.is(target[byte], whole[at + byte]);
        at += part.written;
        from = part.next;
        ended = part.ended;
      }
      return at === USUAL_DUMP_BYTES;
    }),
    { numRuns: 20 },
  );
});
