interface SourceField {
  readonly name: string;
  readonly msb_bit_from_start: number;
  readonly width: number;
  readonly type?: string;
  readonly array?: readonly number[];
  readonly element_width?: number;
}
interface SourceStruct {
  readonly kind: 'struct' | 'union';
  readonly bytes: number;
  readonly fields: readonly SourceField[];
}

/** Command and context structures in the same shape as the register nodes. `uint64` is in both sources; the register
 * database's is kept. */
export function condenseStructs(source: unknown): Record<string, unknown> {
  const { structs } = source as { structs: Record<string, SourceStruct> };
  return Object.fromEntries(
    Object.entries(structs)
      .filter(([name]) => name !== 'uint64')
      .map(([name, struct]) => [
        name,
        {
          bytes: struct.bytes,
          ...(struct.kind === 'union' ? { union: 'plain' } : {}),
          fields: struct.fields.map((field) => condenseField(field, structs)),
        },
      ]),
  );
}

function condenseField(field: SourceField, structs: Record<string, SourceStruct>): unknown {
  const type = field.type !== undefined ? structs[field.type] : undefined;
  // Zero-length arrays of C, and mtrc_stdb.string_db_data: as many elements as the buffer holds.
  const open = field.width === 0;
  const count = (field.array ?? [1]).reduce((product, size) => product * size, 1);
  const width = type ? type.bytes * 8 : (field.element_width ?? (open ? 32 : field.width / count));
  return {
    n: field.name,
    bit: field.msb_bit_from_start,
    w: width,
    ...(open ? { k: 0 } : field.array ? { k: count } : {}),
    // The header's anonymous unions carry no type: they stay a run of bits.
    ...(type ? { t: field.type } : {}),
  };
}
