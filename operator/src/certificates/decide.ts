const DAY_MS = 24 * 3_600_000;

/** An authority signs for ten years, its successor is made in the last; a server's certificate lasts ninety days and is
 * renewed in the last thirty. */
export const AUTHORITY_LIFE_MS = 3_650 * DAY_MS;
export const AUTHORITY_RENEWED_MS = 365 * DAY_MS;
export const SERVER_LIFE_MS = 90 * DAY_MS;
export const SERVER_RENEWED_MS = 30 * DAY_MS;

/** A new authority is trusted by everybody before it signs: a ConfigMap reaches Pods within minutes, and a day is patient. */
export const TRUSTED_AFTER_MS = DAY_MS;

/** How often it is looked whether all is there. */
export const LOOK_MS = 10 * 60_000;

/** What there is, as far as it can be read; times in milliseconds since the epoch. */
export interface Certificates {
  readonly authority: { readonly untilMs: number } | undefined;
  /** The authority that is trusted already and does not sign yet. */
  readonly next: { readonly fromMs: number } | undefined;
  readonly server:
    | {
        readonly untilMs: number;
        readonly names: readonly string[];
        /** By the authority, not by its predecessor. */
        readonly signed: boolean;
      }
    | undefined;
}

export interface CertificatePlan {
  /** `new`: none signs; `next`: make a successor; `promote`: the successor signs from now on. */
  readonly authority: 'keep' | 'new' | 'next' | 'promote';
  readonly issue: boolean;
}

/** What is to be made now.
 * @param names of the server, in any order */
export function decideCertificates(
  { authority, next, server }: Certificates,
  names: readonly string[],
  nowMs: number,
): CertificatePlan {
  const decided = decideAuthority(authority, next, nowMs);
  const issue =
    decided === 'new' ||
    decided === 'promote' ||
    server === undefined ||
    !server.signed ||
    server.untilMs - nowMs <= SERVER_RENEWED_MS ||
    names.some((name) => !server.names.includes(name));
  return { authority: decided, issue };
}

function decideAuthority(
  authority: Certificates['authority'],
  next: Certificates['next'],
  nowMs: number,
): CertificatePlan['authority'] {
  // After its end there is nothing to be gentle about.
  if (authority === undefined || authority.untilMs <= nowMs) return next === undefined ? 'new' : 'promote';
  if (next !== undefined) return nowMs - next.fromMs >= TRUSTED_AFTER_MS ? 'promote' : 'keep';
  return authority.untilMs - nowMs <= AUTHORITY_RENEWED_MS ? 'next' : 'keep';
}
