import { authenticateBearer, type Callers, requireAgentOf } from '../auth/callers.ts';
import type { Authenticate } from '../auth/tokenReview.ts';
import type { CaptureIndex, LiveCapture } from '../captures/captureIndex.ts';
import type { RequireTarget } from '../captures/nodeTargets.ts';
import { type Exchange, nameParam } from '../http/exchange.ts';

/** The agent's token, its node claim against the path, the capture alive, the node asked by it: in this order, so that
 * nothing is told to someone who may not know. */
export type AuthorizeUpload = (exchange: Exchange) => Promise<{ readonly capture: LiveCapture; readonly node: string }>;

export function createAuthorizeUpload(parts: {
  readonly authenticate: Authenticate;
  readonly callers: Callers;
  readonly captures: CaptureIndex;
  readonly requireTarget: RequireTarget;
}): AuthorizeUpload {
  return async (exchange) => {
    const uid = nameParam(exchange, 'uid');
    const node = nameParam(exchange, 'node');
    requireAgentOf(await authenticateBearer(exchange, parts.authenticate), node, parts.callers);
    const capture = await parts.captures.byUid(uid);
    await parts.requireTarget(capture, node);
    return { capture, node };
  };
}
