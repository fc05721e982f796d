/** What of a capture's and its nodes' status is shown while one waits. */
export interface CaptureView {
  /** e.g. `2/3`; empty before the operator has seen it. */
  readonly progress: string;
  /** Condition types that are True. */
  readonly holds: ReadonlySet<string>;
  /** Reason of the condition `Succeeded`. */
  readonly reason: string;
  /** Of its sealed manifest; empty before. */
  readonly digest: string;
  readonly nodes: ReadonlyArray<{ readonly node: string; readonly state: string }>;
}

/** Reads a DiagnosticCapture and a list of NodeCaptures as the API server sends them; fields that are not there yet are
 * empty. */
export function readCapture(capture: unknown, nodeCaptures: unknown): CaptureView {
  const conditions = list(at(capture, 'status', 'conditions'));
  const succeeded = conditions.find((condition) => at(condition, 'type') === 'Succeeded');
  return {
    progress: text(at(capture, 'status', 'progress')),
    holds: new Set(
      conditions
        .filter((condition) => at(condition, 'status') === 'True')
        .map((condition) => text(at(condition, 'type'))),
    ),
    reason: text(at(succeeded, 'reason')),
    digest: text(at(capture, 'status', 'manifest', 'digest')),
    nodes: list(at(nodeCaptures, 'items'))
      .map((item) => ({
        node: text(at(item, 'spec', 'nodeName')),
        state: text(at(item, 'status', 'state')) || 'Queued',
      }))
      .sort((a, b) => a.node.localeCompare(b.node)),
  };
}

/** One line for a terminal. */
export function renderProgress({ progress, nodes }: CaptureView): string {
  return [`${progress || '0/?'} nodes done`, ...nodes.map(({ node, state }) => `${node} ${state}`)].join('   ');
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (object, key) => (typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined),
    value,
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
