import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { ChartValues } from '../../../pulumi/src/generated/chartValues.ts';
import type { KubernetesObject } from '../../../pulumi/src/kubernetesObject.ts';
import type { ChartRenderings, RenderingName } from '../../../pulumi/src/rendering.ts';
import { RENDERINGS, TOKENS, tokenValues } from '../../../pulumi/src/tokens.ts';
import { ChartError } from '../stack/helm.ts';
import { parseManifests } from '../stack/manifests.ts';
import { CHART } from '../stack/paths.ts';
import { printChart } from '../stack/printChart.ts';

/** Has helm print the chart for every way that its certificate can come, with tokens for values.
 * @param helm path of the program
 * @throws ChartError with helm's message */
export function renderForPulumi(helm: string): ChartRenderings {
  const names = Object.keys(RENDERINGS) as RenderingName[];
  const rendered = new Map(names.map((name) => [name, renderChartObjects(helm, tokenValues(RENDERINGS[name]))]));
  const external = renderChartObjects(helm, externalValues());
  const without = (objects: readonly KubernetesObject[]) => objects.filter(({ kind }) => kind !== CRD);
  return {
    ...chartFile(),
    defaults: valuesFile(),
    renderings: Object.fromEntries(names.map((name) => [name, without(rendered.get(name) ?? [])])) as Record<
      RenderingName,
      KubernetesObject[]
    >,
    external: external.filter(({ kind }) => kind === 'Service' || kind === 'EndpointSlice'),
    crds: external.filter(({ kind }) => kind === CRD),
  };
}

const CRD = 'CustomResourceDefinition';

/** Objects of the chart as helm prints them for these values.
 * @throws ChartError with helm's message */
export function renderChartObjects(helm: string, values: unknown): KubernetesObject[] {
  return parseManifests(printChart(helm, values)) as unknown as KubernetesObject[];
}

function externalValues(): unknown {
  const { caBundle, endpointAddress: address, endpointPort: port, registry, systemNamespace } = TOKENS;
  return {
    image: { registry },
    namespaces: { system: { name: systemNamespace }, agent: { name: TOKENS.agentNamespace } },
    artifacts: { tls: { source: 'Secret', caBundle }, externalEndpoint: { enabled: true, address, port } },
  };
}

function valuesFile(): ChartValues {
  return load(readFileSync(`${CHART}/values.yaml`, 'utf8')) as ChartValues;
}

function chartFile(): { readonly chartVersion: string; readonly appVersion: string } {
  const { version, appVersion } = load(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as Record<string, string>;
  if (version === undefined || appVersion === undefined) throw new ChartError(`${CHART}/Chart.yaml lacks its versions`);
  return { chartVersion: version, appVersion };
}
