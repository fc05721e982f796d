import { CollectorStop } from './collector.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** Bytes of a quantity such as `64Mi`, as Kubernetes writes them.
 * @throws CollectorStop `InvalidSpec` for what is none */
export function bytesOf(quantity: string): number {
  const match = /^(\d{1,15})(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(quantity);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new CollectorStop('InvalidSpec', `"${quantity}" is no quantity of bytes: write it as 64Mi`);
  }
  return Number(match[1]) * unit;
}
