/** Puts a note into a Linux program, as the linker would have: a segment that is mapped with the program and found by
 * dl_iterate_phdr. Symbols and section headers, which only debuggers read, are left out: 18 MB of Node's 127.
 *
 * The table of program headers gets a new place, at an address that lies as far from the first segment in memory as in the
 * file: kernels before 5.18 tell the program where its headers are by that rule.
 * @source System V ABI (gABI) chapters 4 and 5; elf(5); fs/binfmt_elf.c
 * @param program ELF, 64 bits, little endian
 * @throws Error when it is something else */
export function attachNote(program: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  const source = Buffer.from(program.buffer, program.byteOffset, program.byteLength);
  if (source.readUInt32BE(0) !== 0x7f454c46 || source[4] !== 2 || source[5] !== 1) {
    throw new Error('no ELF program of 64 bits, little endian');
  }
  const headers = readHeaders(source);
  const loads = headers.filter(({ type }) => type === PT.load);
  const [first] = loads;
  if (first === undefined) throw new Error('the program has no segment to load');
  const base = first.address - first.offset;
  const endInFile = Math.max(...loads.map(({ offset, fileSize }) => offset + fileSize));
  const endInMemory = Math.max(...loads.map(({ address, memorySize }) => address + memorySize));

  const start = roundUp(Math.max(endInFile, endInMemory - base), PAGE);
  const tableSize = (headers.length + 2) * PROGRAM_HEADER;
  const noteStart = roundUp(start + tableSize, NOTE_ALIGNMENT);
  const note = noteOf(name, content);
  // Whole pages: what a kernel would have to clear behind the end is none.
  const end = roundUp(noteStart + note.length, PAGE);

  const output = Buffer.alloc(end);
  source.copy(output, 0, 0, endInFile);
  note.copy(output, noteStart);
  const place = (offset: number, size: number) => ({
    offset,
    address: base + offset,
    fileSize: size,
    memorySize: size,
  });
  const table: readonly ProgramHeader[] = [
    ...headers.map((header) => (header.type === PT.phdr ? { ...header, ...place(start, tableSize) } : header)),
    { type: PT.load, flags: READABLE, ...place(start, end - start), alignment: PAGE },
    { type: PT.note, flags: READABLE, ...place(noteStart, note.length), alignment: NOTE_ALIGNMENT },
  ];
  // Readers ask that loaded segments come in the order of their addresses: the new one is the last.
  for (const [index, header] of table.entries()) writeHeader(output, start + index * PROGRAM_HEADER, header);
  output.writeBigUInt64LE(BigInt(start), EHDR.phoff);
  output.writeUInt16LE(table.length, EHDR.phnum);
  output.writeBigUInt64LE(0n, EHDR.shoff);
  output.writeUInt16LE(0, EHDR.shnum);
  output.writeUInt16LE(0, EHDR.shstrndx);
  return output;
}

/** The notes of a program, by name.
 * @throws Error when it is no such program */
export function readNotes(program: Uint8Array): Map<string, Uint8Array> {
  const source = Buffer.from(program.buffer, program.byteOffset, program.byteLength);
  const notes = new Map<string, Uint8Array>();
  for (const { type, offset, fileSize } of readHeaders(source)) {
    if (type !== PT.note) continue;
    for (let at = offset; at < offset + fileSize; ) {
      const nameSize = source.readUInt32LE(at);
      const size = source.readUInt32LE(at + 4);
      const contentAt = at + NOTE_HEADER + roundUp(nameSize, NOTE_ALIGNMENT);
      notes.set(
        source.toString('latin1', at + NOTE_HEADER, at + NOTE_HEADER + nameSize).replace(/\0+$/, ''),
        source.subarray(contentAt, contentAt + size),
      );
      at = contentAt + roundUp(size, NOTE_ALIGNMENT);
    }
  }
  return notes;
}

/** Offsets in the file's header. */
const EHDR = { phoff: 32, shoff: 40, phnum: 56, shnum: 60, shstrndx: 62 } as const;
const PROGRAM_HEADER = 56;
const PT = { load: 1, note: 4, phdr: 6 } as const;
const READABLE = 4;
/** The largest page of the machines in question (arm64). */
const PAGE = 0x10000;
const NOTE_ALIGNMENT = 4;
const NOTE_HEADER = 12;

interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

function readHeaders(source: Buffer): ProgramHeader[] {
  const offset = Number(source.readBigUInt64LE(EHDR.phoff));
  return Array.from({ length: source.readUInt16LE(EHDR.phnum) }, (_, index) => {
    const at = offset + index * PROGRAM_HEADER;
    const long = (field: number): number => Number(source.readBigUInt64LE(at + field));
    return {
      ...{ type: source.readUInt32LE(at), flags: source.readUInt32LE(at + 4), offset: long(8), address: long(16) },
      ...{ fileSize: long(32), memorySize: long(40), alignment: long(48) },
    };
  });
}

function writeHeader(output: Buffer, at: number, header: ProgramHeader): void {
  output.writeUInt32LE(header.type, at);
  output.writeUInt32LE(header.flags, at + 4);
  const { offset, address, fileSize, memorySize, alignment } = header;
  // The physical address repeats the virtual one, as linkers have it.
  [offset, address, address, fileSize, memorySize, alignment].forEach((value, index) => {
    output.writeBigUInt64LE(BigInt(value), at + 8 + 8 * index);
  });
}

function noteOf(name: string, content: Uint8Array): Buffer {
  const nameBytes = Buffer.from(`${name}\0`);
  const header = Buffer.alloc(NOTE_HEADER + roundUp(nameBytes.length, NOTE_ALIGNMENT));
  header.writeUInt32LE(nameBytes.length, 0);
  header.writeUInt32LE(content.length, 4);
  nameBytes.copy(header, NOTE_HEADER);
  return Buffer.concat([header, content, Buffer.alloc(roundUp(content.length, NOTE_ALIGNMENT) - content.length)]);
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
