/** Something of which a device has a number that only it knows. */
export type Axis =
  | 'port'
  | 'portProtocol'
  | 'lane'
  | 'module'
  | 'sensor'
  | 'moduleSensor'
  | 'priority'
  | 'trafficClass'
  | 'pool'
  | 'portGroupBuffer'
  | 'component';

/** A number, several, or as many as the device has. */
export type IndexValue = number | readonly number[] | Axis;

/** Under which circumstances a row applies. What cannot be found out counts as given: then the read itself shows. */
export interface RowCondition {
  /** What the ports speak: `port_type` of the general capability page. */
  readonly portType?: 'InfiniBand' | 'Ethernet';
  /** A bit of PCAM's feature mask, by its name in `pcam_enhanced_features`. */
  readonly portFeature?: string;
}

/** A register to read, for each combination of its index values in the order in which they are named. */
export interface RegisterRow {
  readonly register: string;
  readonly index?: Readonly<Record<string, IndexValue>>;
  readonly when?: RowCondition;
  /** No capability bit tells whether the device has this page or group: firmware saying no is an answer, no error. (So
   * it is for any register of which the capability masks say nothing.) */
  readonly probe?: true;
  /** A register that nobody here knows: its number and how many bytes of it are asked for. */
  readonly unknown?: { readonly id: number; readonly length: number };
  /** Read even when a capability mask leaves the register out: worth an attempt on any firmware. */
  readonly always?: true;
}

/** Index fields that count things, shown in decimal; the others select pages and groups and are shown in hex. */
const COUNTING = new Set([
  'current',
  'local_port',
  'port',
  'port_number',
  'lane',
  'module',
  'sensor_index',
  'switch_prio',
  'prio_tc',
  'traffic_class',
  'pool',
  'pg_buff',
  'component_index',
  'element_index',
  'device_address',
  'size',
  'data_size',
  'window',
]);

/** Key of an item: unique within its collector and the same for the same read in every run,
 * e.g. `PPCNT{grp=0x12,local_port=1}`. */
export function itemKey(name: string, index: Readonly<Record<string, number>>): string {
  const fields = Object.entries(index).map(
    ([field, value]) => `${field}=${COUNTING.has(field) ? value : `0x${value.toString(16)}`}`,
  );
  return fields.length === 0 ? name : `${name}{${fields.join(',')}}`;
}
