import { ArtifactError, parseSealRequest } from '@nicdiag/artifacts';
import { authenticateBearer, type Callers, requireOperator } from '../auth/callers.ts';
import type { Authenticate } from '../auth/tokenReview.ts';
import type { CaptureIndex } from '../captures/captureIndex.ts';
import { type Handler, nameParam, readBody, sendJson } from '../http/exchange.ts';
import { parseJsonBody } from '../http/jsonBody.ts';
import type { Sealer } from './sealer.ts';

/** 10,000 nodes with names and reasons of the longest kind. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** POST: the operator says that all nodes have ended; later, without them, it asks whether evidence has come since. */
export function sealHandler(parts: {
  readonly authenticate: Authenticate;
  readonly callers: Callers;
  readonly captures: CaptureIndex;
  readonly sealer: Sealer;
}): Handler {
  return async (exchange) => {
    const uid = nameParam(exchange, 'uid');
    requireOperator(await authenticateBearer(exchange, parts.authenticate), parts.callers);
    const { namespace, name } = await parts.captures.byUid(uid);
    const { nodes } = parseJsonBody(await readBody(exchange, MAX_REQUEST_BYTES), parseSealRequest);
    const receipt =
      nodes === undefined
        ? await parts.sealer.sealAgain(uid)
        : await parts.sealer.seal({ namespace, name, uid }, nodes);
    if (receipt === undefined) {
      const message = `capture ${namespace}/${name} has not been sealed: the first seal must name its nodes`;
      throw new ArtifactError('NotSealed', message);
    }
    sendJson(exchange, 200, receipt);
  };
}
