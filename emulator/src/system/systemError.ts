import { errnoName } from './errno.ts';

/** A system call of the emulator itself failed (never one of a client: those are answered with an errno). */
export class SystemError extends Error {
  /** Name of the errno, e.g. `EPERM`. */
  readonly code: string;
  readonly errno: number;

  constructor(call: string, errnoValue: number, advice: string) {
    super(`${call} failed with ${errnoName(errnoValue)}: ${advice}`);
    this.name = 'SystemError';
    this.code = errnoName(errnoValue);
    this.errno = errnoValue;
  }
}
