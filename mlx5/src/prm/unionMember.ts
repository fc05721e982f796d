import { readBits } from './bits.ts';
import { evaluate } from './condition.ts';
import { type Enumeration, type Layout, type LayoutField, layoutOf } from './layout.ts';

/** A node while it is decoded: where it starts, and the node around it. */
export interface Scope {
  readonly layout: Layout;
  readonly base: number;
  readonly up?: Scope;
}

/** The members of a union that the bytes say are meant.
 *
 * - selected: the members with the selecting field's enum name; none when its value has no member, so that the bytes
 *   are shown as they are rather than misread; all when there is no selecting field
 * - conditional: those whose condition holds; failing that, those whose condition cannot be evaluated (two enum names
 *   are spelt differently in the database, long expressions are cut)
 * - plain: all */
export function unionMembers(
  bytes: Uint8Array,
  union: Layout,
  field: LayoutField,
  scope: Scope,
): readonly LayoutField[] {
  if (union.union === 'conditional') return conditionalMembers(bytes, union, scope);
  if (field.selector === undefined) return union.fields;
  const selected = findField(bytes, field.selector, scope);
  if (selected?.enumeration === undefined) return union.fields;
  const { value, enumeration } = selected;
  const exact = enumeration.nameOf.get(value);
  const names = exact !== undefined ? [exact] : isMask(enumeration) ? namesInMask(value, enumeration) : [];
  return union.fields.filter((member) => member.selectedBy !== undefined && names.includes(member.selectedBy));
}

function conditionalMembers(bytes: Uint8Array, union: Layout, scope: Scope): readonly LayoutField[] {
  const holds = union.fields.map((member) => {
    if (member.condition === undefined) return undefined;
    return evaluate(member.condition, (path, name) => {
      const found = findField(bytes, path.split('.'), scope);
      const wanted = found?.enumeration?.valueOf.get(name);
      return wanted === undefined ? undefined : found?.value === wanted;
    });
  });
  const wanted = holds.includes(true) ? true : undefined;
  return union.fields.filter((_, at) => holds[at] === wanted);
}

interface FoundField {
  readonly value: number;
  readonly enumeration: Enumeration | undefined;
}

/** Looks a field up in the node that has the union, or failing that in the nodes around it. */
export function findField(bytes: Uint8Array, path: readonly string[], scope: Scope): FoundField | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.up) {
    const found = readPath(bytes, path, at.layout, at.base);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readPath(bytes: Uint8Array, path: readonly string[], layout: Layout, base: number): FoundField | undefined {
  const [head, ...rest] = path;
  const field = head === undefined ? undefined : layout.byName.get(head);
  if (field === undefined) return undefined;
  const bit = base + field.bit;
  if (rest.length > 0)
    return field.layout === undefined ? undefined : readPath(bytes, rest, layoutOf(field.layout), bit);
  // `ctrl.id` of the register summary is the one selector inside a nested layout; selectors have at most 32 bits.
  if (field.layout !== undefined || field.width > 32 || bit + field.width > bytes.length * 8) return undefined;
  return { value: readBits(bytes, bit, field.width), enumeration: field.enumeration };
}

/** Some selectors are bit masks (PTYS.proto_mask, PMMP.eeprom_override): every named value is one bit. */
function isMask({ nameOf }: Enumeration): boolean {
  return nameOf.size > 1 && [...nameOf.keys()].every((value) => value !== 0 && (value & (value - 1)) === 0);
}

function namesInMask(value: number, { nameOf }: Enumeration): readonly string[] {
  return [...nameOf].filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
}
