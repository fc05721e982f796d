/** What a program needs that runs lanes. What only a lane's thread does is not
 * loaded with it: `@nicdiag/mlx5/channel`, `@nicdiag/mlx5/collectors`. */
export type { CallResult, Channel, ChannelInfo, Scope } from './channel/channel.ts';
export { ChannelError, type ChannelErrorCode } from './channel/channelError.ts';
export { explainErrno } from './channel/errno.ts';
export { GuardError, type GuardErrorCode } from './channel/guard.ts';
export { COLLECTOR_TYPES } from './collect/collectorTypes.ts';
export {
  type Frame,
  type Item,
  type ItemKind,
  type ItemOutcome,
  isItemError,
  type KnownItem,
} from './collect/item.ts';
export type { CollectorSpec, Impact, NvValues, RegisterRequest, ResourceDumpSpec } from './collect/spec.ts';
export type {
  ChannelKind,
  NicFunction,
  PciFunction,
  Subfunction,
  UnreachableFunction,
  UnreachableReason,
} from './discover/device.ts';
export { type DeviceFilter, matchesFilter, mayMean, needsIdentity } from './discover/deviceFilter.ts';
export { discoverDevices } from './discover/discoverDevices.ts';
export { discoverUnreachable } from './discover/discoverUnreachable.ts';
export type {
  CollectorEnd,
  CollectorReason,
  DeviceIdentity,
  LaneCollector,
  LaneEvent,
  LaneJob,
} from './lane/events.ts';
export { lostLanes, type RunLaneOptions, runLane } from './lane/runLane.ts';
export type { DevlinkAccess } from './netlink/netlinkSocket.ts';
