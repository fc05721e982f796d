export { ArgumentError } from './checkValues.ts';
export type { ChartValues } from './generated/chartValues.ts';
export type { Partially } from './mergeValues.ts';
export { Nicdiag, type NicdiagArgs } from './nicdiag.ts';
