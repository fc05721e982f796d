import type { CollectorReason } from '../lane/events.ts';
import { type CollectContext, CollectorStop } from './collector.ts';

/** The reason for a collector that has several: first what a person can mend. */
const ORDER: readonly CollectorReason[] = ['InvalidSpec', 'LimitExceeded', 'CollectorError', 'Unsupported'];
const MOST_MESSAGES = 4;

/** What of a collector's requests could not be done. The others go on; at the end the collector says it. */
export interface Objections {
  add(objection: { readonly reason: CollectorReason; readonly message: string }): void;
  /** @throws CollectorStop when there are any */
  conclude(): void;
}

export function collectObjections({ device }: CollectContext): Objections {
  const counts = new Map<CollectorReason, number>();
  const messages: string[] = [];

  return {
    add({ reason, message }) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      if (messages.length < MOST_MESSAGES && !messages.includes(message)) messages.push(message);
    },
    conclude() {
      const reason = ORDER.find((each) => counts.has(each));
      if (reason === undefined) return;
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const more = all > messages.length ? `; and ${all - messages.length} more` : '';
      throw new CollectorStop(reason, `${device.pciAddress}: ${messages.join('; ')}${more}`);
    },
  };
}
