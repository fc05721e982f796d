import type { Mlx5ctlVersion } from '../../src/abi/mlx5ctlStructs.ts';
import type { Row } from '../client.ts';

const [ENOENT, ENOMEM, EFAULT, EINVAL, EOPNOTSUPP] = [2, 12, 14, 22, 95];
const OK = { errno: 0, status: 0 };
const DONE = { errno: 0 };
const BAD_PARAM = { errno: 0, status: 3 };
const BAD_RES = { errno: 0, status: 5 };
const BAD_RES_STATE = { errno: 0, status: 9 };

/** Reference 1.4 to 1.7, 7.5 and 8. */
const inAll: Readonly<Record<string, Partial<Row>>> = {
  INFO: DONE,
  'a UID': { value: 1 },
  'device name': { value: 1 },
  command: OK,
  'command of more than the version takes': { errno: EINVAL },
  'memory of 0 bytes': { errno: EINVAL },
  'memory of more than 64 MiB': { errno: EINVAL },
  'memory over the end of addresses': { errno: EINVAL },
  'memory over a gap': { errno: EFAULT },
  'memory up to a gap': DONE,
  'memory that is read-only': { errno: EFAULT },
  'a privileged program is above RLIMIT_MEMLOCK': DONE,
  'memory beyond RLIMIT_MEMLOCK': { errno: ENOMEM },
  'memory within RLIMIT_MEMLOCK': DONE,
  'unregister what never was': { errno: ENOENT },
  memory: DONE,
  'protection domain': OK,
  'key beyond the memory': BAD_PARAM,
  'key to no such memory': BAD_RES,
  key: OK,
  dump: OK,
  'bytes of the dump': { value: 64 * 1024 },
  'more to come': { value: 1 },
  'addresses increase': { value: 1 },
  'dump into the middle': OK,
  'nothing around it is touched': { value: 1 },
  'dump beyond the key': BAD_PARAM,
  "dump with another file's key": BAD_RES,
  'unregister under a key': { errno: EINVAL },
  'give the domain of a key back': BAD_RES_STATE,
  'a child asks, and does not see the dump': { value: 1 },
  'its parent does': { value: 1 },
  'end the key': OK,
  "dump after the key's end": BAD_RES,
  'end the key twice': BAD_RES,
  unregister: DONE,
  'unregister twice': { errno: ENOENT },
  'give the domain back': OK,
  'memory that is left': DONE,
  'key that is left': OK,
};
const withFlags = {
  'command with flags': { errno: EOPNOTSUPP },
  'the length is judged before the flags': { errno: EINVAL },
  'memory with flags': { errno: EOPNOTSUPP },
};
const withSize = {
  'memory, wrong size of structure': { errno: EINVAL },
  'memory, reserved not 0': { errno: EOPNOTSUPP },
  'flags are judged before the length': { errno: EOPNOTSUPP },
};
/** What client/umem.c finds in each version, as the drivers of each answered. */
export const umemRows: Readonly<Record<Mlx5ctlVersion, Readonly<Record<string, Partial<Row>>>>> = {
  V1: { ...inAll, ...withFlags },
  V2: { ...inAll, ...withFlags, ...withSize },
  V3: { ...inAll, ...withFlags, ...withSize },
  V4: inAll,
};
