import test from 'ava';
import { answerDevlink } from '../../src/devlink/answerDevlink.ts';

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s+/g, ''), 'hex');
}

/** Requests and what a kernel without a device answers, byte by byte after <linux/netlink.h> and <linux/genetlink.h>. */
const CASES: readonly (readonly [string, string, string])[] = [
  [
    'the number of devlink’s family',
    '20000000 1000 0500 07000000 00000000  03 02 0000  0c00 0200 6465766c696e6b00',
    `30000000 1000 0000 07000000 00000000  03 01 0000
       0c00 0200 6465766c696e6b00  0600 0100 1d00 0000  0800 0300 01000000
     24000000 0200 0001 07000000 00000000  00000000 10000000 1000 0500 07000000 00000000`,
  ],
  [
    'a family that is not there: ENOENT',
    '1c000000 1000 0500 07000000 00000000  03 02 0000  0600 0200 7800 0000',
    '24000000 0200 0001 07000000 00000000  feffffff 10000000 1000 0500 07000000 00000000',
  ],
  [
    'a list of nothing',
    '14000000 1d00 0103 08000000 00000000  34 01 0000',
    '14000000 0300 0200 08000000 00000000  00000000',
  ],
  [
    'a device that is not there: ENODEV',
    '14000000 1d00 0500 09000000 00000000  33 01 0000',
    '24000000 0200 0001 09000000 00000000  edffffff 10000000 1d00 0500 09000000 00000000',
  ],
  ['bytes whose length is not theirs', '15000000 1d00 0500 09000000 00000000  33 01 0000', ''],
  ['an attribute beyond the end', '18000000 1d00 0500 09000000 00000000  33 01 0000 0900 0100', ''],
];

for (const [title, request, expected] of CASES) {
  test(`${title}`, (t) => {
    t.is(Buffer.from(answerDevlink(hex(request), [])).toString('hex'), hex(expected).toString('hex'));
  });
}
