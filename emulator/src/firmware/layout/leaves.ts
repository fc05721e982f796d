import { type Access, layoutOf } from '@nicdiag/mlx5/prm';

/** One number of a structure, nested structures and array elements spelt out. */
export interface Leaf {
  /** Dotted below nested layouts, `[i]` for elements of arrays of structures. */
  readonly path: string;
  readonly bit: number;
  readonly width: number;
  /** Elements of an array of numbers, else 1; they follow one another by `width` bits. */
  readonly count: number;
  readonly access: Access | undefined;
}

/** Names the member of a union that is meant; undefined leaves the union out. */
export type UnionChoice = (unionLayout: string) => string | undefined;

/** Flattens a layout. Positions are all that is taken from the device library: reading and writing of bits is done by
 * this package's own code. */
export function leavesOf(layoutName: string, choose: UnionChoice = () => undefined): Leaf[] {
  return collect(layoutName, '', 0, choose);
}

function collect(layoutName: string, prefix: string, base: number, choose: UnionChoice): Leaf[] {
  return layoutOf(layoutName).fields.flatMap((field): Leaf[] => {
    const count = field.count === 'open' ? 1 : (field.count ?? 1);
    if (field.layout === undefined) {
      const path = prefix + field.name;
      return [{ path, bit: base + field.bit, width: field.width, count, access: field.access }];
    }
    const { layout, name } = field;
    return Array.from({ length: count }, (_, at) => {
      const path = field.count === undefined ? prefix + name : `${prefix}${name}[${at}]`;
      const bit = base + field.bit + at * field.width;
      return layoutOf(layout).union === undefined
        ? collect(layout, `${path}.`, bit, choose)
        : collectMember(layout, path, bit, choose);
    }).flat();
  });
}

function collectMember(union: string, path: string, bit: number, choose: UnionChoice): Leaf[] {
  const member = layoutOf(union).byName.get(choose(union) ?? '');
  return member?.layout === undefined ? [] : collect(member.layout, `${path}.`, bit + member.bit, choose);
}
