import type { NodeSelector, NodeSelectorExpression } from '@nicdiag/api';

type Labels = Readonly<Record<string, string>>;

/** What each operator of a label selector demands. NotIn also holds where the label is absent, as everywhere in Kubernetes. */
const holds: Readonly<
  Record<NodeSelectorExpression['operator'], (value: string | undefined, values: readonly string[]) => boolean>
> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};

/** @source https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function matchesSelector(labels: Labels, selector: NodeSelector): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => own(labels, key) === value);
  return (
    equal &&
    (selector.matchExpressions ?? []).every((each) => holds[each.operator](own(labels, each.key), each.values ?? []))
  );
}

function own(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** A selector as the API server's `labelSelector` parameter wants it. */
export function selectorText(selector: NodeSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const text: Readonly<Record<NodeSelectorExpression['operator'], string>> = {
      In: `${key} in (${values.join(',')})`,
      NotIn: `${key} notin (${values.join(',')})`,
      Exists: key,
      DoesNotExist: `!${key}`,
    };
    return text[operator];
  });
  return [...equal, ...expressions].join(',');
}
