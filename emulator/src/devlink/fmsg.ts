import { attribute, number, text } from './message.ts';

/** devlink's notation for what a driver says: a flat list of items, each in its attribute.
 * @source include/uapi/linux/devlink.h, net/devlink/health.c */
const OBJECT = 107;
const PAIR = 108;
const ARRAY = 109;
const END = 110;
const NAME = 111;
const VALUE_TYPE = 112;
const VALUE = 113;
const TYPE = { 1: 1, 2: 2, 4: 3, 8: 4 } as const;
const TEXT = 10;
const BINARY = 11;

const none = Buffer.alloc(0);

export function object(...pairs: readonly Buffer[]): Buffer {
  return Buffer.concat([attribute(OBJECT, none), ...pairs, attribute(END, none)]);
}

export function pair(name: string, value: Buffer): Buffer {
  return Buffer.concat([attribute(PAIR, none), text(NAME, name), value, attribute(END, none)]);
}

export function array(...values: readonly Buffer[]): Buffer {
  return Buffer.concat([attribute(ARRAY, none), ...values, attribute(END, none)]);
}

/** @param bytes of a `u8`, `u16`, `u32` or `u64` */
export function unsigned(value: number, bytes: 1 | 2 | 4 | 8): Buffer {
  return Buffer.concat([number(VALUE_TYPE, TYPE[bytes], 1), number(VALUE, value, bytes)]);
}

export function words(value: string): Buffer {
  return Buffer.concat([number(VALUE_TYPE, TEXT, 1), text(VALUE, value)]);
}

export function binary(value: Buffer): Buffer {
  return Buffer.concat([number(VALUE_TYPE, BINARY, 1), attribute(VALUE, value)]);
}
