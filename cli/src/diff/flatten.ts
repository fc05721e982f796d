import type { DecodedFields, DecodedValue } from '@nicdiag/mlx5/decode';

export type Leaf = number | string;

/** Every value of nested fields by its path, e.g. `fw_info.major`, `lanes[2].rx`. */
export function flatten(fields: DecodedFields): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  collect(leaves, '', fields);
  return leaves;
}

function collect(leaves: Map<string, Leaf>, path: string, value: DecodedValue): void {
  if (typeof value !== 'object') {
    leaves.set(path, value);
  } else if (isList(value)) {
    for (const [index, element] of value.entries()) collect(leaves, `${path}[${index}]`, element);
  } else {
    for (const [name, child] of Object.entries(value)) collect(leaves, path === '' ? name : `${path}.${name}`, child);
  }
}

function isList(value: DecodedValue): value is readonly DecodedValue[] {
  return Array.isArray(value);
}
