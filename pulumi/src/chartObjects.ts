import { bucketCa } from './bucketChanges.ts';
import { changesFor } from './changes.ts';
import { checkValues } from './checkValues.ts';
import type { ChartValues } from './generated/chartValues.ts';
import { isObject, type KubernetesObject, mapLeaves } from './kubernetesObject.ts';
import { mergeValues, type Partially } from './mergeValues.ts';
import { type ChartRenderings, renderingOf } from './rendering.ts';
import { substitutions } from './substitutions.ts';

/** The objects that the chart prints for these values, without Helm.
 * @param given any part of the chart's values
 * @throws ArgumentError */
export function chartObjects(given: Partially<ChartValues>, chart: ChartRenderings): KubernetesObject[] {
  const values = mergeValues(chart.defaults, given);
  checkValues(values);
  const rendered = chart.renderings[renderingOf(values)];
  const changed = changesFor(values).reduce<readonly KubernetesObject[]>(
    (objects, { concerns, change }) =>
      objects.flatMap((object) => (concerns(object) ? (change(object) ?? []) : [object])),
    values.artifacts.externalEndpoint.enabled ? replaceService(rendered, chart.external) : rendered,
  );
  const substitute = substitutions(values, chart);
  const account = changed.find((object) => isObject(object, 'ServiceAccount', 'nicdiag-artifacts'));
  const added = account === undefined ? [] : bucketCa(values, account);
  const made = [...changed, ...added].map((object) => mapLeaves(object, substitute));
  return [...(values.crds.install ? chart.crds : []), ...made];
}

function replaceService(
  objects: readonly KubernetesObject[],
  external: readonly KubernetesObject[],
): KubernetesObject[] {
  return [...objects.filter(({ kind }) => kind !== 'Service'), ...external];
}
