/** Samples of a Prometheus text, by name and labels as they are written. */
export type Samples = ReadonlyMap<string, number>;

export function parseSamples(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [sample = ''] = line.split(' # ');
    const space = sample.lastIndexOf(' ');
    samples.set(sample.slice(0, space), Number(sample.slice(space + 1)));
  }
  return samples;
}

/** What was added between two readings. */
export function difference(after: Samples, before: Samples): Samples {
  const added = new Map<string, number>();
  for (const [key, value] of after) {
    const by = value - (before.get(key) ?? 0);
    if (by !== 0) added.set(key, by);
  }
  return added;
}

/** Sums the samples of a metric by some of its labels.
 * @param labels names of those that stay; missing ones are empty */
export function sumBy(samples: Samples, name: string, labels: readonly string[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, value] of samples) {
    if (key !== name && !key.startsWith(`${name}{`)) continue;
    const group = labels.map((label) => new RegExp(`[{,]${label}="([^"]*)"`).exec(key)?.[1] ?? '').join(' ');
    sums.set(group, (sums.get(group) ?? 0) + value);
  }
  return sums;
}

export interface Mean {
  readonly what: string;
  readonly count: number;
  /** milliseconds */
  readonly mean: number;
  /** seconds */
  readonly total: number;
}

/** Mean and total of a histogram of seconds, by some of its labels, the most time first. */
export function meansBy(samples: Samples, name: string, labels: readonly string[]): Mean[] {
  const counts = sumBy(samples, `${name}_count`, labels);
  return [...sumBy(samples, `${name}_sum`, labels)]
    .map(([what, total]) => {
      const count = counts.get(what) ?? 0;
      return { what, count, mean: Math.round((total / count) * 100_000) / 100, total: Math.round(total * 100) / 100 };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.total - a.total);
}
