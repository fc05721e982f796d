import type { DiagnosticCapture } from '@nicdiag/api';
import { captureColumns } from '../capture/captureColumns.ts';
import { connect } from '../connection/connect.ts';
import type { ConnectionFlags } from '../connection/connectionFlags.ts';
import { CAPTURE_TYPE, CAPTURES } from '../connection/resources.ts';
import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { parseOutput, printObjects } from '../output/printObjects.ts';

export interface ListOptions extends ConnectionFlags {
  readonly output?: string;
  readonly selector?: string;
}

/** Captures with what came of them, like `kubectl get dcap` but in words. */
export async function listCommand(name: string | undefined, options: ListOptions, io: Io): Promise<void> {
  const format = parseOutput(options.output);
  const everywhere = options.allNamespaces === true;
  if (name !== undefined && (everywhere || options.selector !== undefined)) {
    throw new UsageError('a capture by name goes with neither --all-namespaces nor --selector');
  }
  await using connection = connect(options, io);
  const { client, namespace } = connection;
  const captures: DiagnosticCapture[] =
    name === undefined
      ? (
          await client.list(CAPTURES, {
            namespace: everywhere ? undefined : namespace,
            labelSelector: options.selector,
            ...connection.request(),
          })
        ).items.map(whole)
      : [await client.get(CAPTURES, { namespace, name }, connection.request())];
  printObjects(io, captures, {
    ...{ format, type: CAPTURE_TYPE, single: name !== undefined },
    columns: captureColumns({ namespaces: everywhere, nowMs: client.clock.now() }),
    nothing: everywhere ? 'No captures found.' : `No captures found in namespace ${namespace}.`,
  });
}

/** Items of a list come without apiVersion and kind; what is printed is to be applied again. */
function whole(capture: DiagnosticCapture): DiagnosticCapture {
  return { ...capture, apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture' };
}
