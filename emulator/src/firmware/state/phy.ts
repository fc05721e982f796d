import type { Port } from './port.ts';

/** Bits and errors of a port's receiver; every BER is their ratio. */
export interface Phy {
  readonly bits: number;
  readonly laneErrors: readonly number[];
  /** All raw errors: FEC corrects every one of them, save for `uncorrectable` blocks. */
  readonly rawErrors: number;
  readonly symbolErrors: number;
  readonly effectiveErrors: number;
  /** FEC code words; 0 without FEC. */
  readonly blocks: number;
  readonly correctedBlocks: number;
  readonly uncorrectableBlocks: number;
  /** Blocks by their number of corrected symbols; they add up to `blocks`. */
  readonly histogram: readonly number[];
}

/** Bins of the RS-FEC histogram that are in use. */
export const HISTOGRAM_BINS = 16;

export function phyOf(port: Port, active: number): Phy {
  const { mode, laneBer, profile } = port;
  const bits = Math.floor(mode.laneMbps * 1e6 * mode.lanes * active);
  const laneErrors = laneBer.map((ber) => Math.floor((bits / mode.lanes) * ber));
  const rawErrors = laneErrors.reduce((sum, errors) => sum + errors, 0);
  const effectiveErrors = Math.floor(bits * profile.effectiveBer);
  const meanBer = laneBer.reduce((sum, ber) => sum + ber, 0) / mode.lanes;
  const histogram = errorHistogram(bits, mode.fecBlockBits, meanBer);
  const blocks = histogram.reduce((sum, count) => sum + count, 0);
  return {
    bits,
    laneErrors,
    rawErrors,
    effectiveErrors,
    symbolErrors: Math.floor(effectiveErrors / 4),
    blocks,
    correctedBlocks: blocks - (histogram[0] ?? 0),
    uncorrectableBlocks: Math.floor(effectiveErrors / 16),
    histogram,
  };
}

/** Errors that hit blocks independently: a Poisson distribution. Each bin is a fixed share of the blocks, so none ever
 * shrinks. */
function errorHistogram(bits: number, blockBits: number, ber: number): number[] {
  if (blockBits === 0) return new Array<number>(HISTOGRAM_BINS).fill(0);
  const blocks = bits / blockBits;
  const mean = ber * blockBits;
  let probability = Math.exp(-mean);
  return Array.from({ length: HISTOGRAM_BINS }, (_, bin) => {
    if (bin > 0) probability *= mean / bin;
    return Math.floor(blocks * probability);
  });
}

/** A bit error ratio as registers have it: coefficient × 10^-magnitude.
 * @returns 15 and 255 for an error-free link [inferred from field reports] */
export function berParts(errors: number, bits: number): { coef: number; magnitude: number } {
  if (errors === 0 || bits === 0) return { coef: 15, magnitude: 255 };
  const ratio = errors / bits;
  const magnitude = Math.max(0, Math.ceil(-Math.log10(ratio)));
  return { coef: Math.min(15, Math.round(ratio * 10 ** magnitude)), magnitude };
}
