import type { Image } from '../images/ociImage.ts';
import { printChart } from '../stack/printChart.ts';

/** The chart with its defaults as one file for `kubectl apply --server-side`, its images by their digests.
 * @param helm path of the program */
export function plainManifest(helm: string, images: readonly Image[], registry: string): string {
  const digestOf = (name: string): string =>
    images.find((image) => image.name === `nicdiag-${name}`)?.index.descriptor.digest ?? '';
  const digests = { agent: digestOf('agent'), operator: digestOf('operator') };
  return printChart(helm, { image: { registry, digests } });
}
