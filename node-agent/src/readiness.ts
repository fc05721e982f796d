/** What must have happened once before the agent is ready. It stays ready after that, whatever becomes of the API server
 * or the store: captures at work go on without them. */
const STEPS = {
  lock: 'waits for the state directory',
  devices: 'the devices are not published yet',
  inbox: 'the inbox is not watched yet',
} as const;

export type ReadinessStep = keyof typeof STEPS;

export interface Readiness {
  done(step: ReadinessStep): void;
  /** Says more on what the first step that is open waits for. */
  waits(reason: string): void;
  /** One sentence for each step that is open. */
  missing(): readonly string[];
}

export function createReadiness(): Readiness {
  const open = new Map<string, string>(Object.entries(STEPS));
  return {
    done(step) {
      open.delete(step);
    },
    waits(reason) {
      const [first] = open.keys();
      if (first !== undefined) open.set(first, reason);
    },
    missing: () => [...open.values()],
  };
}
