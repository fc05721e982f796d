export { Counter, Gauge, Histogram } from 'prom-client';
export { answerQuestions } from './answerQuestions.ts';
export { type Backoff, type BackoffOptions, createBackoff, jitter } from './backoff.ts';
export { BUILD, type Build, VERSION, versionLine } from './build.ts';
export { crashPoint } from './crashPoint.ts';
export { DirectoryLockedError, lockDirectory } from './directoryLock.ts';
export {
  makeDirectoryDurably,
  removeDurably,
  syncDirectory,
  TEMPORARY_SUFFIX,
  writeFileDurably,
} from './durableFile.ts';
export { DurationError, formatDuration, parseDuration } from './duration.ts';
export { type EventLoopLag, watchEventLoopLag } from './eventLoopLag.ts';
export { ListenAddressError, parseListen } from './listenAddress.ts';
export { closeLogger, createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { makeDirectory } from './makeDirectory.ts';
export { createProbeServer, type ProbeServer, type ProbeServerOptions } from './probeServer.ts';
export { formatQuantity, parseQuantity, QuantityError } from './quantity.ts';
export { createRegistry, type Registry } from './registry.ts';
export { type ProgramOptions, runProgram, ShutdownError } from './runProgram.ts';
export { errorCode, toError } from './toError.ts';
