/** How much there is on a function: `cards[].functions[].objects` of a host profile. */
export interface Population {
  /** Processors of the host: one completion event queue and one channel of each netdev for every one. */
  readonly cores: number;
  /** Connected queue pairs of RDMA programs. */
  readonly queuePairs: number;
  /** Entries that software has written into steering tables; 64 bytes each in a dump. */
  readonly steeringEntries: number;
  /** Whether the resource dump menu lets a client ask for many contexts at once (FULL_QPC and its like). */
  readonly countedContexts: boolean;
}

export const USUAL_POPULATION: Population = {
  cores: 8,
  queuePairs: 32,
  steeringEntries: 512,
  countedContexts: false,
};

/** Event queues have numbers of 8 bits, queue pairs a range of numbers; steering of 16 GiB is enough for anybody. */
const limits: Readonly<Record<string, readonly [least: number, most: number]>> = {
  cores: [1, 240],
  queuePairs: [0, 100_000],
  steeringEntries: [1, 2 ** 28],
};

/** What a value says of a population; what it leaves out stays as it was.
 * @throws RangeError with a sentence for a person */
export function parsePopulation(value: unknown, before: Population): Population {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RangeError('an object is expected');
  let population = before;
  for (const [name, given] of Object.entries(value)) {
    const limit = limits[name];
    if (limit === undefined && name !== 'countedContexts')
      throw new RangeError(`"${name}" is none of ${[...Object.keys(limits), 'countedContexts'].join(', ')}`);
    if (!fits(given, limit))
      throw new RangeError(
        `"${name}" is ${limit === undefined ? 'true or false' : `a whole number from ${limit.join(' to ')}`}`,
      );
    population = { ...population, [name]: given };
  }
  return population;
}

function fits(value: unknown, limit: readonly [least: number, most: number] | undefined): boolean {
  if (limit === undefined) return typeof value === 'boolean';
  return typeof value === 'number' && Number.isInteger(value) && value >= limit[0] && value <= limit[1];
}
