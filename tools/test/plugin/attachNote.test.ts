import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { attachNote, readNotes } from '../../src/plugin/attachNote.ts';

test('a program with a note runs as before, and has the note', (t) => {
  const content = Buffer.from('what the program is to find');
  const program = attachNote(readFileSync(process.execPath), 'NICDIAG_TEST', content);
  t.deepEqual(Buffer.from(readNotes(program).get('NICDIAG_TEST') ?? []), content);
  t.true(readNotes(program).has('GNU'));

  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-note-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'node');
  writeFileSync(file, program, { mode: 0o755 });
  // The new segment is in memory, readable and nothing else.
  const maps = execFileSync(file, ['-p', "require('node:fs').readFileSync('/proc/self/maps', 'utf8')"], {
    encoding: 'utf8',
  });
  const offset = Buffer.from(program.buffer).readBigUInt64LE(32).toString(16).padStart(8, '0');
  t.regex(maps, new RegExp(`r--p ${offset} .*${file}`));
});

test('program headers lie as far from the first segment in the file as in memory', (t) => {
  const program = attachNote(readFileSync(process.execPath), 'X', new Uint8Array(1));
  const buffer = Buffer.from(program.buffer);
  const tableAt = Number(buffer.readBigUInt64LE(32));
  const headers = Array.from({ length: buffer.readUInt16LE(56) }, (_, index) => tableAt + 56 * index);
  const loads = headers.filter((at) => buffer.readUInt32LE(at) === 1);
  const [first = 0] = loads;
  const base = buffer.readBigUInt64LE(first + 16) - buffer.readBigUInt64LE(first + 8);
  const table = headers.find((at) => buffer.readUInt32LE(at) === 6) ?? 0;
  t.is(buffer.readBigUInt64LE(table + 16), base + BigInt(tableAt));
  const addresses = loads.map((at) => buffer.readBigUInt64LE(at + 16));
  t.deepEqual(
    addresses,
    [...addresses].sort((a, b) => (a < b ? -1 : 1)),
  );
});

test('what is no ELF program is refused', (t) => {
  t.throws(() => attachNote(Buffer.from('#!/bin/sh\n'), 'X', new Uint8Array(1)), { message: /no ELF program/ });
});
