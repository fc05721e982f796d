import { errno } from '../system/errno.ts';

/** What mlx5_core makes of a refusal when the command is its own and no client's.
 * @source reference 3.2 */
const errnos: Readonly<Record<number, number>> = {
  1: errno.EIO,
  2: errno.EINVAL,
  3: errno.EINVAL,
  4: errno.EIO,
  5: errno.EINVAL,
  6: errno.EBUSY,
  7: errno.EAGAIN,
  8: errno.ENOMEM,
  9: errno.EINVAL,
  10: errno.EINVAL,
  15: errno.EAGAIN,
};

/** @returns 0 for OK */
export function errnoOfStatus(status: number): number {
  return status === 0 ? 0 : (errnos[status] ?? errno.EIO);
}
