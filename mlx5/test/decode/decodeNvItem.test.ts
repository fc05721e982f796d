import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import { decodeItem, formatText } from '../../src/decode/index.ts';
import { registerItem } from '../registerItem.ts';

/* Words by hand: length 0x0.0:9, writer_id .16:5, access_mode .22:2, rd_en .24; type 0x4; data from 0xc. */

test('parameters by name with their texts, and the words themselves', (t) => {
  // 12 bytes in force, written by mstconfig; SR-IOV on with 16 VFs.
  const words = { 0: 0x0149_000c, 4: 0x80, 12: 0x8000_0000, 16: 0x8001_0010, 20: 0x02c3_f045 };
  const { fields, texts, unknown } = decodeItem(registerItem('MNVDA', words));
  t.like(fields, {
    configuration_item_header: { length: 12, writer_id: 9, access_mode: 1, rd_en: 1, type: 0x80 },
    setting: { SRIOV_EN: 1, NUM_OF_VFS: 16, NUM_OF_PF: 1, NUM_VF_MSIX: 11, NUM_PF_MSIX: 63, PF_LOG_BAR_SIZE: 5 },
    configuration_item_data: [0x8000_0000, 0x8001_0010, 0x02c3_f045],
  });
  t.like(texts, {
    'configuration_item_header.type': 'GLOBAL_PCI_CONF of the card',
    'configuration_item_header.access_mode': 'CURRENT',
    'setting.SRIOV_EN': 'True',
    'setting.PARTIAL_WRITE_CACHE_MODE': 'DEVICE_DEFAULT',
  });
  t.deepEqual(unknown, {});
});

test('bits without a parameter, and what stands behind the length, are shown', (t) => {
  // KEEP_LINK_UP of port 2, 4 bytes: bit 8 has no name; a word follows although the length is 4.
  const words = { 0: 0x0100_0004, 4: 0x0102_0190, 12: 0x0000_0101, 16: 0xdead_beef };
  const { fields, texts, unknown } = decodeItem(registerItem('MNVDA', words));
  t.like(fields, { setting: { KEEP_ETH_LINK_UP: 1 }, configuration_item_data: [0x101] });
  t.is(texts['configuration_item_header.type'], 'KEEP_LINK_UP of port 2');
  t.deepEqual(unknown, { '0xc': '0x00000100', '0x10': '0xdeadbeef' });
});

test('a type without a name has its words', (t) => {
  const { fields, texts } = decodeItem(registerItem('MNVDA', { 0: 8, 4: 0x0000_0777, 12: 1, 16: 2 }));
  t.like(fields, { configuration_item_header: { type: 0x777 }, configuration_item_data: [1, 2] });
  t.false('setting' in fields);
  t.false('configuration_item_header.type' in texts);
});

test('an item shorter than the setting has only what is there', (t) => {
  const { fields } = decodeItem(registerItem('MNVDA', { 0: 4, 4: 0x80, 12: 0x8000_0000 }));
  const setting = fields['setting'] as Record<string, number>;
  t.is(setting['sriov_valid'], 1);
  t.false('NUM_OF_VFS' in setting);
});

test('MNVQC names the setting that it was asked about', (t) => {
  const { fields, texts } = decodeItem(registerItem('MNVQC', { 0: 0x0300_0112, 4: 0x3 }));
  t.like(fields, { support_rd: 1, support_wr: 1 });
  t.is(texts['type'], 'HCA_CONF of function 0');
});

test('whatever firmware answers, however short, is decoded, and no set bit of the data is lost', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.constantFrom(0x80, 0x81, 0x10a, 0x0101_0012, 0x0300_0080, 0x94, 0x777, 0xffff_ffff),
        fc.nat(511),
        fc.array(fc.nat(2 ** 32 - 1), { maxLength: 64 }),
        fc.nat(268),
        (type, length, data, cut) => {
          const words = Object.fromEntries(data.map((word, at) => [0xc + 4 * at, word]));
          const item = registerItem('MNVDA', { 0: length, 4: type, ...words });
          const whole = decodeItem(item);
          const short = {
            ...item,
            frames: item.frames.map((frame) => ({ ...frame, outbox: frame.outbox.subarray(0, 16 + cut) })),
          };
          formatText(decodeItem(short));
          const shown = whole.fields['configuration_item_data'] as readonly number[];
          return data.every((word, at) => {
            const behind = Number(whole.unknown[`0x${(0xc + 4 * at).toString(16)}`] ?? 0);
            return shown[at] === undefined ? behind === word : shown[at] === word;
          });
        },
      ),
      fuzzing(300),
    ),
  );
});
