import { LayoutError } from './layoutError.ts';

/** A condition of a union member over fields of the node that has the union, e.g.
 * `($version == prod_5nm) AND ($port_type == Network_Port)`. */
export type Condition =
  | { readonly kind: 'equals'; readonly field: string; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] }
  /** The database cuts expressions at 256 characters; such a one has no value. */
  | { readonly kind: 'unreadable'; readonly text: string };

/** Looks up whether a field now has the value of that enum name; undefined when it has no such name. */
export type FieldTest = (field: string, name: string) => boolean | undefined;

/** The database writes AND as `AND` or `&`, OR as `OR`, `|` or `||`; AND binds tighter. */
export function parseCondition(text: string): Condition {
  const tokens = text.match(/\$[\w.]+|==|\|\||[()|&]|[\w.]+/g) ?? [];
  let at = 0;
  const accept = (...wanted: string[]): boolean => {
    if (!wanted.includes(tokens[at] ?? '')) return false;
    at += 1;
    return true;
  };
  const primary = (): Condition => {
    if (accept('(')) {
      const inner = either();
      if (!accept(')')) throw new LayoutError('BadCondition', `")" missing in "${text}"`);
      return inner;
    }
    const field = tokens[at++];
    const equals = accept('==');
    const name = tokens[at++];
    if (!field?.startsWith('$') || !equals || name === undefined) {
      throw new LayoutError('BadCondition', `no comparison at word ${at} of "${text}"`);
    }
    return { kind: 'equals', field: field.slice(1), name };
  };
  const both = (): Condition => list('and', primary, () => accept('AND', '&'));
  const either = (): Condition => list('or', both, () => accept('OR', '|', '||'));
  try {
    const condition = either();
    return at === tokens.length ? condition : { kind: 'unreadable', text };
  } catch (error) {
    if (error instanceof LayoutError) return { kind: 'unreadable', text };
    throw error;
  }
}

function list(kind: 'and' | 'or', term: () => Condition, more: () => boolean): Condition {
  const first = term();
  const terms = [first];
  while (more()) terms.push(term());
  return terms.length === 1 ? first : { kind, terms };
}

/** Three-valued: undefined when a name is unknown or the text unreadable and the rest does not decide. */
export function evaluate(condition: Condition, test: FieldTest): boolean | undefined {
  if (condition.kind === 'unreadable') return undefined;
  if (condition.kind === 'equals') return test(condition.field, condition.name);
  const values = condition.terms.map((term) => evaluate(term, test));
  const deciding = condition.kind === 'or';
  if (values.includes(deciding)) return deciding;
  return values.includes(undefined) ? undefined : !deciding;
}
