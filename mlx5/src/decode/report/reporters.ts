import { capabilityDumpReporter } from './capabilityDump.ts';
import { firmwareInfoReporter } from './firmwareInfo.ts';
import { healthReporter } from './health.ts';
import { hostStateReporter } from './hostState.ts';
import { linkDiagnosticsReporter } from './linkDiagnostics.ts';
import { nvConfigReporter } from './nvConfig.ts';
import type { Reporter } from './report.ts';

/** Every report of this version. */
const REPORTERS: readonly Reporter[] = [
  capabilityDumpReporter,
  linkDiagnosticsReporter,
  firmwareInfoReporter,
  nvConfigReporter,
  hostStateReporter,
  healthReporter,
];

/** @returns undefined for a collector type that has no report, also for one that this version does not know */
export function reporterOf(type: string): Reporter | undefined {
  return REPORTERS.find((reporter) => reporter.type === type);
}
