import { createHash, timingSafeEqual } from 'node:crypto';
import { type ArtifactTicket, RESOURCES } from '@nicdiag/api';
import { ArtifactError, type CaptureIdentity, isName } from '@nicdiag/artifacts';
import { type KubeClient, resource, type Stored } from '@nicdiag/kube';

export const TICKETS = resource<ArtifactTicket>(RESOURCES.ArtifactTicket.apiVersion, RESOURCES.ArtifactTicket.plural);

type CaptureName = Pick<CaptureIdentity, 'namespace' | 'name'>;

/** Checks `<ticket name>.<secret>`. That its maker may read the capture was checked when he made it, by the policy
 * nicdiag-ticket; here it counts that he has the secret, that it is for this capture, and in time.
 * @returns the user who made it
 * @throws ArtifactError `TicketInvalid`, `TicketExpired` */
export async function checkTicket(
  client: KubeClient,
  header: string,
  capture: CaptureName,
  { signal }: { readonly signal: AbortSignal },
): Promise<string> {
  const dot = header.lastIndexOf('.');
  const [name, secret] = [header.slice(0, Math.max(dot, 0)), header.slice(dot + 1)];
  if (!isName('capture', name) || !/^[A-Za-z0-9_-]{32,128}$/.test(secret)) {
    throw new ArtifactError('TicketInvalid', 'X-Nicdiag-Ticket must be <ticket name>.<secret>');
  }
  const ticket = await client.find(TICKETS, { namespace: capture.namespace, name }, { signal });
  return judgeTicket(ticket, { name, secret }, capture, client.clock.now());
}

/** @param now milliseconds since the epoch */
export function judgeTicket(
  ticket: Stored<ArtifactTicket> | undefined,
  given: { readonly name: string; readonly secret: string },
  capture: CaptureName,
  now: number,
): string {
  const what = `ArtifactTicket ${capture.namespace}/${given.name}`;
  const digest = createHash('sha256').update(given.secret).digest();
  const expected = Buffer.from(ticket?.spec.secretSha256 ?? '', 'hex');
  // The same words for a missing ticket and a wrong secret: names of tickets are not to be found out here.
  if (ticket === undefined || expected.byteLength !== digest.byteLength || !timingSafeEqual(expected, digest)) {
    throw new ArtifactError('TicketInvalid', `${what} does not exist or has another secret; create a new ticket`);
  }
  if (ticket.spec.capture !== capture.name) {
    throw new ArtifactError('TicketInvalid', `${what} is for capture ${ticket.spec.capture}, not for ${capture.name}`);
  }
  if (hasExpired(ticket, now)) {
    throw new ArtifactError('TicketExpired', `${what} expired at ${ticket.spec.expiresAt}; create a new ticket`);
  }
  return ticket.spec.user;
}

/** A time that cannot be read has passed. */
export function hasExpired(ticket: ArtifactTicket, now: number): boolean {
  return !(Date.parse(ticket.spec.expiresAt) > now);
}
