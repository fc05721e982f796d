/** What scripts see. The same numbers for every command. */
export const EXIT = {
  /** Everything that was asked for was done. */
  done: 0,
  /** An error, or a capture of which nothing was done. */
  failed: 1,
  /** A capture of which some was done. */
  partial: 2,
  /** The command line or the file cannot be used; nothing was sent. */
  usage: 3,
  /** A capture that was cancelled. */
  cancelled: 4,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
  /** Whoever read standard output closed it before the end, as shells have it of SIGPIPE. */
  closedPipe: 141,
} as const;

/** The command line, or a file named in it, cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'Usage';
}

/** A command that did what it could and must not exit with 0. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'CommandFailed';
}
