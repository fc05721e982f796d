import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toError } from './toError.ts';

/** File inside the directory that carries the lock. It stays when the lock is released; its presence means nothing. */
const LOCK_FILE = '.lock';

/** SQLITE_BUSY: another process holds it. */
const SQLITE_BUSY = 5;

export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError';
  readonly code = 'DirectoryLocked';
  constructor(directory: string, options: ErrorOptions) {
    super(
      `${directory} is in use by another process; wait for it to end. One that was killed while a thread waits in a ` +
        'device driver keeps the lock until the driver lets go',
      options,
    );
  }
}

/** Takes the exclusive lock of a directory for the life of this process (or until disposed).
 *
 * Node has no `flock(2)`; a lock file with a pid cannot be judged from another PID namespace (every pod has its own),
 * an abstract socket not from another network namespace. What the kernel releases with the last thread of a process is
 * a POSIX record lock, and SQLite, which is part of Node, takes one for `BEGIN EXCLUSIVE` on an empty file. So a dead
 * process never holds it, whatever killed it, and one whose thread still sits in an ioctl does.
 *
 * @param directory exists, on a filesystem of this host
 * @throws DirectoryLockedError when another process holds it */
export function lockDirectory(directory: string): Disposable {
  const database = new DatabaseSync(join(directory, LOCK_FILE));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (thrown) {
    database.close();
    const error = toError(thrown);
    if ('errcode' in error && error.errcode === SQLITE_BUSY)
      throw new DirectoryLockedError(directory, { cause: error });
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}
