/** One line of a watch, understood. */
export type WatchEvent =
  | {
      readonly type: 'object';
      readonly change: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly object: object;
      readonly version: string;
    }
  | { readonly type: 'bookmark'; readonly version: string; readonly initialEventsEnd: boolean }
  /** The version that we asked to go on from is gone: start over. */
  | { readonly type: 'expired'; readonly message: string }
  | { readonly type: 'error'; readonly message: string };

/** Annotation of the bookmark that ends the initial events of a streaming list. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** @throws when the line is not JSON or not a watch event: the stream is not to be trusted further
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export function parseWatchEvent(line: string): WatchEvent {
  const event: unknown = JSON.parse(line);
  if (typeof event !== 'object' || event === null || !('type' in event) || !('object' in event)) {
    throw new Error(`not a watch event: ${line.slice(0, 128)}`);
  }
  const { type, object } = event;
  if (typeof object !== 'object' || object === null)
    throw new Error(`a watch event without object: ${line.slice(0, 128)}`);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: 'object', change: type, object, version: resourceVersion(object) };
    case 'BOOKMARK':
      return {
        type: 'bookmark',
        version: resourceVersion(object),
        initialEventsEnd: annotation(object, INITIAL_EVENTS_END) === 'true',
      };
    case 'ERROR':
      return statusEvent(object);
    default:
      throw new Error(`unknown type of watch event: ${String(type)}`);
  }
}

function statusEvent(status: object): WatchEvent {
  const message = 'message' in status && typeof status.message === 'string' ? status.message : 'no message';
  const gone = 'code' in status && (status.code === 410 || status.code === 504);
  return { type: gone ? 'expired' : 'error', message };
}

function metadata(object: object): object {
  return 'metadata' in object && typeof object.metadata === 'object' && object.metadata !== null ? object.metadata : {};
}

function resourceVersion(object: object): string {
  const meta = metadata(object);
  return 'resourceVersion' in meta && typeof meta.resourceVersion === 'string' ? meta.resourceVersion : '';
}

function annotation(object: object, key: string): unknown {
  const meta = metadata(object);
  const annotations = 'annotations' in meta ? meta.annotations : undefined;
  return typeof annotations === 'object' && annotations !== null ? Reflect.get(annotations, key) : undefined;
}
