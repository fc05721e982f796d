import { formatReport, makeReport, reporterOf } from '@nicdiag/mlx5/decode';
import { CommandError, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { rawSources, withoutPlaces } from './rawSources.ts';

/** Makes the reports of a bundle, a folder or a raw file anew, by this version. JSON is one object a line.
 * @param type of the collector, for a raw file that has no manifest beside it
 * @throws UsageError when a type is missing or has no report; CommandError when nothing has one */
export async function showReports(path: string, type: string | undefined, json: boolean, io: Io): Promise<void> {
  if (type !== undefined && reporterOf(type) === undefined) {
    throw new UsageError(`--type ${type}: there is no such collector, or it has no report`);
  }
  let shown = 0;
  let nameless: string | undefined;
  for await (const source of rawSources(path)) {
    io.signal.throwIfAborted();
    const known = type ?? source.collectorType;
    if (known === undefined) nameless ??= source.path;
    const reporter = known === undefined ? undefined : reporterOf(known);
    if (reporter === undefined) continue;
    const report = await makeReport(reporter, withoutPlaces(source.items));
    if (json) io.out(`${JSON.stringify({ source: source.path, ...report })}\n`);
    else io.out(`# ${source.path}\n\n${formatReport(report)}\n`);
    shown += 1;
  }
  if (shown > 0) return;
  if (nameless !== undefined) {
    throw new UsageError(
      `no manifest says which collector ${nameless} is of; name it with --type, e.g. LinkDiagnostics`,
    );
  }
  throw new CommandError(`no collector in ${path} has a report`);
}
