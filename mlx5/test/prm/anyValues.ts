import fc from 'fast-check';
import { type Condition, evaluate } from '../../src/prm/condition.ts';
import { type FieldValue, type FieldValues, type Layout, type LayoutField, layoutOf } from '../../src/prm/index.ts';

/** The member of a union that is meant, and the enum names of the fields that select it. */
export interface Meant {
  readonly member: string;
  /** The field that has the union, which may be a member of another. */
  readonly field: string;
  readonly selectors: ReadonlyMap<string, string>;
}

type Values = Record<string, FieldValue>;
/** What has been chosen for the structures around one, the innermost first. */
type Around = readonly { readonly layout: Layout; readonly values: Values }[];

/** Elements of arrays that run to the end of the buffer. */
const MOST_ELEMENTS = 5;

/** Values for every field of a layout, each in its range; of a union one member, the one that its selector names. Which
 * one that is, is worked out here, from values and not from bytes.
 * @param length total bytes of the layout with its open array */
export function anyValues(
  name: string,
  meant?: Meant,
): fc.Arbitrary<{ readonly values: FieldValues; readonly length: number }> {
  return fc.gen().map((gen) => {
    const layout = layoutOf(name);
    const openArray = layout.fields.find(({ count }) => count === 'open');
    const elements = openArray === undefined ? 0 : gen(fc.integer, { min: 0, max: MOST_ELEMENTS });
    const values = new ValueMaker(gen, meant, elements).struct(layout, []);
    if (openArray?.countFrom !== undefined) setAt(values, openArray.countFrom, elements);
    const end = openArray === undefined ? 0 : Math.ceil((openArray.bit + elements * openArray.width) / 8);
    return { values, length: Math.max(layout.bytes, end) };
  });
}

/** What must be so that a union of this field shows a member; undefined when the database does not say it readably. */
export function meaning(field: LayoutField, member: LayoutField): Meant | undefined {
  const selectors = new Map<string, string>();
  if (member.condition !== undefined && !collectNames(member.condition, selectors)) return undefined;
  const selector = field.selector?.at(-1);
  if (selector !== undefined && member.selectedBy !== undefined) selectors.set(selector, member.selectedBy);
  return { member: member.name, field: field.name, selectors };
}

function collectNames(condition: Condition, names: Map<string, string>): boolean {
  if (condition.kind === 'unreadable') return false;
  if (condition.kind === 'equals') {
    names.set(condition.field.split('.').at(-1) ?? '', condition.name);
    return true;
  }
  const terms = condition.kind === 'or' ? condition.terms.slice(0, 1) : condition.terms;
  return terms.every((term) => collectNames(term, names));
}

class ValueMaker {
  readonly #gen: fc.GeneratorValue;
  readonly #meant: Meant | undefined;
  readonly #openElements: number;

  constructor(gen: fc.GeneratorValue, meant: Meant | undefined, openElements: number) {
    this.#gen = gen;
    this.#meant = meant;
    this.#openElements = openElements;
  }

  struct(layout: Layout, around: Around): Values {
    if (layout.union !== undefined) return this.#member(layout, layout.fields, around);
    const values: Values = {};
    const inside: Around = [{ layout, values }, ...around];
    // Unions last: what selects their members has been chosen by then.
    for (const field of layout.fields.toSorted((a, b) => order(a) - order(b))) {
      const outermost = around.length === 0;
      const count = field.count === 'open' ? (outermost ? this.#openElements : 0) : field.count;
      if (count === undefined) values[field.name] = this.#element(field, inside);
      else if (count > 0) values[field.name] = Array.from({ length: count }, () => this.#element(field, inside));
    }
    return values;
  }

  #element(field: LayoutField, inside: Around): FieldValue {
    if (field.layout === undefined) return this.#number(field);
    const layout = layoutOf(field.layout);
    if (layout.union === undefined) return this.struct(layout, inside);
    return this.#member(layout, selected(layout, field, inside), inside);
  }

  #member(union: Layout, candidates: readonly LayoutField[], around: Around): Values {
    if (candidates.length === 0) return {};
    const meant = candidates.find(({ name }) => name === this.#meant?.member || name === this.#meant?.field);
    const member = meant ?? this.#gen(fc.constantFrom, ...candidates);
    return { [member.name]: this.#element(member, [{ layout: union, values: {} }, ...around]) };
  }

  #number({ name, width, enumeration }: LayoutField): number | bigint {
    const wanted = enumeration?.valueOf.get(this.#meant?.selectors.get(name) ?? '');
    if (wanted !== undefined) return width <= 32 ? wanted : BigInt(wanted);
    // Half of the named fields have one of their names, so that unions have a member.
    if (enumeration !== undefined && this.#gen(fc.boolean)) {
      const value = this.#gen(fc.constantFrom, ...enumeration.nameOf.keys());
      return width <= 32 ? value : BigInt(value);
    }
    const value = this.#gen(fc.bigInt, { min: 0n, max: (1n << BigInt(width)) - 1n });
    return width <= 32 ? Number(value) : value;
  }
}

const order = (field: LayoutField): number =>
  field.layout === undefined ? 0 : layoutOf(field.layout).union === undefined ? 1 : 2;

function selected(union: Layout, field: LayoutField, inside: Around): readonly LayoutField[] {
  if (union.union === 'conditional') return allowed(union, inside);
  if (union.union !== 'selected' || field.selector === undefined) return union.fields;
  for (const { layout, values } of inside) {
    const found = at(layout, values, field.selector);
    if (found?.enumeration === undefined) continue;
    const { value, enumeration } = found;
    const names = [...enumeration.valueOf].filter(([, named]) => named === value).map(([text]) => text);
    const exact = union.fields.filter(({ selectedBy }) => selectedBy !== undefined && names.includes(selectedBy));
    return exact.slice(0, 1);
  }
  return union.fields;
}

/** The members whose condition holds; if none does, those of which it cannot be said. */
function allowed(union: Layout, inside: Around): readonly LayoutField[] {
  const holds = union.fields.map(({ condition }) => {
    if (condition === undefined) return undefined;
    return evaluate(condition, (path, name) => {
      const found = inside
        .map(({ layout, values }) => at(layout, values, path.split('.')))
        .find((one) => one !== undefined);
      const wanted = found?.enumeration?.valueOf.get(name);
      return wanted === undefined ? undefined : found?.value === wanted;
    });
  });
  const wanted = holds.includes(true) ? true : undefined;
  return union.fields.filter((_, index) => holds[index] === wanted);
}

function at(
  layout: Layout,
  values: Values,
  path: readonly string[],
): { value: FieldValue; enumeration: LayoutField['enumeration'] } | undefined {
  const [head = '', ...rest] = path;
  const field = layout.byName.get(head);
  const value = values[head];
  if (field === undefined || value === undefined) return undefined;
  if (rest.length === 0) return { value, enumeration: field.enumeration };
  return field.layout === undefined ? undefined : at(layoutOf(field.layout), value as Values, rest);
}

function setAt(values: Values, path: readonly string[], value: number): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) values[head] = value;
  else setAt(values[head] as Values, rest, value);
}
