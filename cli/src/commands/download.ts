import { connect } from '../connection/connect.ts';
import type { ConnectionFlags } from '../connection/connectionFlags.ts';
import { CAPTURES } from '../connection/resources.ts';
import { downloadCapture } from '../download/downloadCapture.ts';
import type { Io } from '../io.ts';
import { createProgress } from '../output/progress.ts';
import { reportText } from './verify.ts';

export interface DownloadOptions extends ConnectionFlags {
  readonly outputDir: string;
  readonly extract?: boolean;
  readonly systemNamespace: string;
}

/** Prints the path of what was downloaded and verified on stdout. */
export async function downloadCommand(name: string, options: DownloadOptions, io: Io): Promise<void> {
  await using connection = connect(options, io);
  const { client, namespace } = connection;
  const capture = await client.get(CAPTURES, { namespace, name }, connection.request());
  const progress = createProgress(io);
  try {
    const { path, report } = await downloadCapture({
      ...{ client, capture, progress, signal: io.signal },
      ...{ directory: options.outputDir, extract: options.extract === true, systemNamespace: options.systemNamespace },
    });
    progress.end();
    io.err(reportText(report));
    io.out(`${path}\n`);
  } finally {
    progress.end();
  }
}
