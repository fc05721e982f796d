/** Command status codes (reference: cmd_status). */
export const status = {
  OK: 0x0,
  INTERNAL_ERR: 0x1,
  BAD_OP: 0x2,
  BAD_PARAM: 0x3,
  BAD_SYS_STATE: 0x4,
  BAD_RES: 0x5,
  RES_BUSY: 0x6,
  NOT_READY: 0x7,
  EXCEED_LIM: 0x8,
  BAD_RES_STATE: 0x9,
  BAD_INDEX: 0xa,
  NO_RESOURCES: 0xf,
  BAD_INPUT_LEN: 0x50,
  BAD_OUTPUT_LEN: 0x51,
} as const;

/** Firmware says no. */
export interface Refusal {
  readonly status: number;
  /** Never 0. Real ones are known to NVIDIA only; these are a hash of the reason, so that the same refusal always
   * shows the same number. */
  readonly syndrome: number;
}

const refusals = new Map<string, Refusal>();

/** @param reason a few words; they are not seen by the client, only their hash */
export function refuse(name: keyof typeof status, reason: string): Refusal {
  const key = `${name} ${reason}`;
  let refusal = refusals.get(key);
  if (refusal === undefined) {
    refusal = { status: status[name], syndrome: syndromeOf(key) };
    refusals.set(key, refusal);
  }
  return refusal;
}

/** FNV-1a folded to 24 bits: as long as syndromes seen in the field. */
function syndromeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return ((hash >>> 24) ^ hash) & 0xffffff || 1;
}
