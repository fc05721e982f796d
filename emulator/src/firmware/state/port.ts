import type { PortProfile } from '../../host/profile.ts';
import { type LinkMode, linkMode } from './linkModes.ts';
import { between, type Random } from './random.ts';

/** One physical port: what PAOS, PTYS, PMLP, PMAOS, PDDR and the counters are all derived from, so that they agree. */
export interface Port {
  readonly number: number;
  readonly mode: LinkMode;
  readonly profile: PortProfile;
  readonly adminUp: boolean;
  readonly up: boolean;
  readonly cablePlugged: boolean;
  setAdmin(up: boolean): void;
  /** Seconds for which the link was up since the device started; what counts traffic counts these. */
  activeSeconds(): number;
  /** Seconds since the link came up; 0 while it is down. */
  linkUpSeconds(): number;
  /** Times that the link went down since the device started. */
  readonly linkDownEvents: number;
  /** How long the last link-up took, milliseconds. */
  readonly timeToLinkUpMs: number;
  /** Raw bit error ratio of each lane. */
  readonly laneBer: readonly number[];
  /** Share of the line rate that traffic takes on average, by direction. */
  readonly load: { readonly tx: number; readonly rx: number };
}

/** Time from the device's start to link up. */
const FIRST_LINK_UP_SECONDS = 9;

/** @param seconds since the device started */
export function createPort(number: number, profile: PortProfile, seconds: () => number, random: Random): Port {
  const mode = linkMode(profile.mode);
  const name = `port ${number}`;
  const canLinkUp = profile.link === 'up';
  let adminUp = true;
  let upSince = canLinkUp ? FIRST_LINK_UP_SECONDS : Number.POSITIVE_INFINITY;
  let activeBefore = 0;
  let linkDownEvents = profile.linkDownEvents ?? 0;
  const isUp = (): boolean => seconds() >= upSince;
  const linkUpSeconds = (): number => Math.max(0, seconds() - upSince);

  return {
    number,
    mode,
    profile,
    get adminUp() {
      return adminUp;
    },
    get up() {
      return isUp();
    },
    cablePlugged: profile.cable !== 'none',
    setAdmin(up) {
      if (up === adminUp) return;
      adminUp = up;
      if (up && canLinkUp) upSince = seconds();
      if (!up && isUp()) {
        activeBefore += linkUpSeconds();
        linkDownEvents++;
        upSince = Number.POSITIVE_INFINITY;
      }
    },
    activeSeconds: () => activeBefore + linkUpSeconds(),
    linkUpSeconds,
    get linkDownEvents() {
      return linkDownEvents;
    },
    timeToLinkUpMs: Math.round(between(random, `${name} link up`, 900, 4200)),
    laneBer: Array.from(
      { length: mode.lanes },
      (_, lane) => profile.rawBer * between(random, `${name} lane ${lane}`, 0.5, 1.5),
    ),
    load: {
      tx: profile.utilisation * between(random, `${name} tx`, 0.8, 1.2),
      rx: profile.utilisation * between(random, `${name} rx`, 0.8, 1.2),
    },
  };
}
