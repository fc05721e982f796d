export * from './bits.ts';
export * from './commands.ts';
export {
  type DecodedField,
  type DecodedStruct,
  type DecodedValue,
  decodeStruct,
  type FieldValue,
  type FieldValues,
  type UnknownBits,
  valuesOf,
} from './decode.ts';
export { didYouMean } from './didYouMean.ts';
export { encodeDecoded, encodeInto, encodeStruct } from './encode.ts';
export { fieldPosition, getField, setField } from './fieldPath.ts';
export { type Access, type Enumeration, type Layout, type LayoutField, layoutNames, layoutOf } from './layout.ts';
export { layoutVersion, readLayoutData } from './layoutData.ts';
export { LayoutError, type LayoutErrorCode } from './layoutError.ts';
export * from './mailbox.ts';
export * from './nvSettings.ts';
export * from './objects.ts';
export * from './registers.ts';
export * from './resourceDump.ts';
export * from './segments.ts';
export * from './segmentTypes.ts';
