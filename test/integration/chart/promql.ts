import { parser } from '@prometheus-io/lezer-promql';

/** Names of the metrics that an expression of PromQL selects.
 * @throws SyntaxError naming the text that is no PromQL */
export function metricsIn(expression: string): string[] {
  const names = new Set<string>();
  parser.parse(expression).iterate({
    enter(node) {
      const text = expression.slice(node.from, node.to);
      if (node.type.isError) throw new SyntaxError(`no PromQL at character ${node.from}: ${expression}`);
      // A function has the same node below its call; a metric stands in a selector.
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') names.add(text);
    },
  });
  return [...names].sort();
}
