/** A node of the register database as extracted: positions as (byte, lsb, total width). */
interface SourceField {
  readonly n: string;
  readonly b: number;
  readonly l: number;
  readonly w: number;
  readonly a?: string;
  readonly t?: string;
  readonly lo?: string;
  readonly hi?: string;
  readonly us?: string;
  readonly sb?: string;
  readonly c?: string;
  readonly sc?: string;
  readonly e?: Record<string, number>;
}
interface SourceNode {
  readonly size: number;
  readonly union?: number;
  readonly conditional?: number;
  readonly fields: readonly SourceField[];
}

/** Rewrites every field as a run of bits from the start of its node: `bit` of element 0, `w` of one element, `k`
 * elements (0 = to the end of the buffer). With that, the database's rule for small array elements (big-endian,
 * toward lower bits, then the top of the next dword) needs no special case. */
export function condenseNodes(source: unknown): Record<string, unknown> {
  const { nodes } = source as { nodes: Record<string, SourceNode> };
  return Object.fromEntries(
    Object.entries(nodes).map(([name, node]) => [
      name,
      {
        bytes: node.size,
        ...(node.conditional ? { union: 'conditional' } : node.union ? { union: 'selected' } : {}),
        fields: node.fields.map(condenseField),
      },
    ]),
  );
}

function condenseField(field: SourceField): unknown {
  const open = field.hi === 'VARIABLE';
  const count = field.lo === undefined || open ? 1 : Number(field.hi) - Number(field.lo) + 1;
  const width = field.w / count;
  if (!Number.isInteger(width)) throw new Error(`field ${field.n}: ${field.w} bits do not divide by ${count}`);
  const bit = field.b * 8 + (width < 32 ? 32 - field.l - width : 0);
  return {
    n: field.n,
    bit,
    w: width,
    ...(field.lo === undefined ? {} : { k: open ? 0 : count }),
    ...(field.t === undefined ? {} : { t: field.t }),
    ...(field.a === undefined ? {} : { a: field.a }),
    ...(field.us === undefined ? {} : { us: field.us.replace('$(parent).', '') }),
    ...(field.sb === undefined ? {} : { sb: field.sb }),
    ...(field.c === undefined ? {} : { c: field.c.replaceAll('$(parent).', '$') }),
    ...(field.sc === undefined ? {} : { sc: field.sc.replace('$(parent).', '') }),
    ...(field.e === undefined ? {} : { e: field.e }),
  };
}
