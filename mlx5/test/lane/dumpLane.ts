import type { ExecutionContext } from 'ava';
import type { Item } from '../../src/collect/item.ts';
import { segmentPayload } from '../../src/collect/resourceDump/segmentPayload.ts';
import type { CollectorSpec, ObjectRequest, ResourceDumpSpec, SegmentRequest } from '../../src/collect/spec.ts';
import type { DecodedFields, DecodedValue } from '../../src/decode/decodedItem.ts';
import { decodeItem } from '../../src/decode/decodeItem.ts';
import { parseSegments } from '../../src/prm/index.ts';

export const objects = (...list: readonly ObjectRequest[]): CollectorSpec => ({
  name: 'objs',
  type: 'ObjectDump',
  objectDump: { objects: list },
});

export const segments = (
  list: readonly SegmentRequest[],
  more: Partial<ResourceDumpSpec['resourceDump']> = {},
): CollectorSpec => ({ name: 'res', type: 'ResourceDump', resourceDump: { segments: list, ...more } });

/** Everything in the menu of the emulated devices, each with arguments that fit it. */
export const EVERY_SEGMENT: readonly SegmentRequest[] = [
  { name: 'HW_CQPC', index: '0x1048' },
  { name: 'HW_SQPC', index: '0x1048' },
  { name: 'HW_RQPC', index: '0x1048' },
  { name: 'FULL_SRQC', index: '0-0xf' },
  { name: 'FULL_CQC', index: '0x400-0x402' },
  { name: 'FULL_EQC', index: '4-8' },
  { name: 'FULL_QPC', index: '0x1048-0x104b' },
  { name: 'SND_BUFF', index: '0x1048', index2: 'all' },
  { name: 'RCV_BUFF', index: '0x1048', index2: '0-15' },
  { name: 'SRQ_BUFF', index: '0-0xf', index2: '0-3' },
  { name: 'CQ_BUFF', index: '0x401', index2: 'all' },
  { name: 'EQ_BUFF', index: '7', index2: 'all' },
  { name: 'SX_SLICE', index: '1' },
  { name: 'SX_SLICE_ALL' },
  { name: 'RX_SLICE', index: '1' },
  { name: 'RX_SLICE_ALL' },
  { name: 'MKEY_CONTEXT', index: '0x1000-0x1003' },
  { name: 'RDB_CONTEXT', index: '0x1048', index2: '0' },
  { name: 'STE_RANGE', index: '0-7' },
  { name: 'STE_ALL' },
  { name: 'FUNC_SYND_REC' },
  { name: 'STE_GLOBAL_RNG', index: '0-7' },
  { name: 'STE_ROOT', index: '0-3' },
  { name: 'ICMC_INFO', index: '0-3' },
  { name: 'PRM_QUERY_QP', index: '0x1048' },
  { name: 'PRM_QUERY_CQ', index: '0x401' },
  { name: 'PRM_QUERY_MKEY', index: '0x1000' },
  { name: 'QUERY_VNIC_ENV' },
  { name: 'MDFY_HDR_RNG', index: '0-3' },
  { name: 'MDFY_HDR_ALL' },
  { name: 'QUERY_FT', index: '0-0x20' },
  { name: 'QUERY_FT_ALL' },
  { name: 'QUERY_FG', index: '0-0x20', index2: '0-1' },
  { name: 'QUERY_FG_ALL', index: '0-0x20' },
  { name: 'QUERY_FTE', index: '0-0x20', index2: '0-1' },
  { name: 'QUERY_FTE_ALL', index: '0-0x20' },
  { name: 'FLOW_COUNTER', index: '0-0x20' },
  { name: 'PKT_REFORMAT', index: '0-0x20' },
  { name: 'SHARED_BUFFER' },
  { name: 'PAGE_HISTOGRAM' },
  { name: 'SCHEDQ_INFO', index: 'active' },
  { name: 'VQOS_TREE' },
  { name: 'VQOS_DISTLIST' },
  { name: 'VLQ_GVMI_VLQ_SQ' },
  { name: 'PACKET_PACING', index: 'active' },
];

/** Segments of an item as the decoder shows them. */
export function shownSegments(item: Item): readonly DecodedFields[] {
  const list = decodeItem(item).fields['segments'];
  return Array.isArray(list) ? (list as readonly DecodedFields[]) : [];
}

export function isFields(value: DecodedValue | undefined): value is DecodedFields {
  return typeof value === 'object' && !Array.isArray(value);
}

/** What must be true of every item of a sound dump. */
export function checkWindows(t: ExecutionContext, items: readonly Item[]): void {
  for (const item of items.filter(({ kind, outcome }) => kind === 'segment' && outcome === 'ok')) {
    const payload = segmentPayload(item);
    t.is(parseSegments(payload).end, payload.length, item.key);
    const { fields, unknown } = decodeItem(item);
    t.is(fields['not_a_segment'], undefined, item.key);
    t.deepEqual(unknown, {}, `${item.key}: bits that no layout knows`);
    t.is(shownSegments(item).length, parseSegments(payload).segments.length, item.key);
  }
}
