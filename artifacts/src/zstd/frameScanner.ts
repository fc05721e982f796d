import { ZstdError } from './zstdError.ts';

/** Finds where zstd frames end without decompressing them (RFC 8878 §3.1: a frame header, then blocks that each say
 * their length, then 4 bytes of checksum when the header asks for it).
 *
 * Why: node:zlib decodes a frame and silently drops whatever follows it in the same write. With writes cut at frame
 * ends it decodes any number of frames; and what follows a blob's one frame can be refused. */
export interface FrameScanner {
  /** Bytes from the start of `bytes` that belong to the current frame; the next call goes on with the rest.
   * @throws ZstdError `Damaged` */
  scan(bytes: Uint8Array): number;
  /** True between frames: after the last byte of one, and before the first. */
  readonly atBoundary: boolean;
  /** Frames that have ended so far. */
  readonly frames: number;
}

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;
const CHECKSUM_LENGTH = 4;

/** What is read next, and how many bytes of it. */
type Part =
  | 'magic'
  | 'skippableLength'
  | 'descriptor'
  | 'headerRest'
  | 'blockHeader'
  | 'blockBody'
  | 'checksum'
  | 'skip';

export function createFrameScanner(): FrameScanner {
  let part: Part = 'magic';
  let wanted = 4;
  let field: number[] = [];
  let hasChecksum = false;
  let lastBlock = false;
  let frames = 0;

  const next = (to: Part, length: number) => {
    part = to;
    wanted = length;
    field = [];
  };
  const endFrame = () => {
    frames += 1;
    next('magic', 4);
  };
  const endBlocks = () => (hasChecksum ? next('checksum', CHECKSUM_LENGTH) : endFrame());
  const number = () => field.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);

  /** Called when all bytes of a part are there. */
  const complete = (): void => {
    switch (part) {
      case 'magic': {
        const magic = number();
        if (magic === FRAME_MAGIC) next('descriptor', 1);
        else if ((magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC) next('skippableLength', 4);
        else throw new ZstdError('Damaged', 'not zstd: a frame must begin with 28 b5 2f fd');
        return;
      }
      case 'skippableLength': {
        const length = number();
        if (length === 0) endFrame();
        else next('skip', length);
        return;
      }
      case 'descriptor': {
        const descriptor = number();
        hasChecksum = (descriptor & 4) !== 0;
        next('headerRest', headerRestLength(descriptor));
        return;
      }
      case 'headerRest':
        next('blockHeader', 3);
        return;
      case 'blockHeader': {
        const header = number();
        const type = (header >>> 1) & 3;
        if (type === BLOCK_RESERVED) throw new ZstdError('Damaged', 'damaged zstd: a block of the reserved type');
        lastBlock = (header & 1) === 1;
        const length = type === BLOCK_RLE ? 1 : header >>> 3;
        if (length > 0) next('blockBody', length);
        else if (lastBlock) endBlocks();
        else next('blockHeader', 3);
        return;
      }
      case 'blockBody':
        if (lastBlock) endBlocks();
        else next('blockHeader', 3);
        return;
      case 'checksum':
      case 'skip':
        endFrame();
    }
  };

  return {
    get atBoundary() {
      return part === 'magic' && wanted === 4;
    },
    get frames() {
      return frames;
    },
    scan(bytes) {
      const before = frames;
      let at = 0;
      while (at < bytes.byteLength) {
        const take = Math.min(wanted, bytes.byteLength - at);
        if (part !== 'blockBody' && part !== 'skip') field.push(...bytes.subarray(at, at + take));
        at += take;
        wanted -= take;
        if (wanted > 0) break;
        complete();
        if (frames > before) break;
      }
      return at;
    },
  };
}

/** Window descriptor, dictionary id and content size after the descriptor byte (RFC 8878 §3.1.1.1). Never 0: without
 * a window descriptor there is a content size of at least one byte. */
function headerRestLength(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSizeFlag = descriptor >>> 6;
  const contentSize = contentSizeFlag === 0 ? (singleSegment ? 1 : 0) : 2 ** contentSizeFlag;
  return (singleSegment ? 0 : 1) + dictionaryId + contentSize;
}
