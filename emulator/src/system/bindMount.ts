import { lastErrno, mount } from './libc.ts';
import { SystemError } from './systemError.ts';

const MS_BIND = 4096;
const MS_REC = 16384;

/** Makes `source` appear at `target` too, with what is mounted below it.
 * @throws SystemError */
export function bindMount(source: string, target: string): void {
  if (mount(source, target, 'none', MS_BIND | MS_REC, '') === 0) return;
  throw new SystemError(`binding ${source} to ${target}`, lastErrno(), 'run as root, or inside `unshare -Urm`');
}
