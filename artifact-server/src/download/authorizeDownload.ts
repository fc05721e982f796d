import { HEADERS } from '@nicdiag/artifacts';
import type { KubeClient } from '@nicdiag/kube';
import type { AuthorizeDownload } from '../auth/accessReview.ts';
import { authenticateBearer } from '../auth/callers.ts';
import { checkTicket } from '../auth/tickets.ts';
import type { Authenticate } from '../auth/tokenReview.ts';
import type { CaptureIndex, LiveCapture } from '../captures/captureIndex.ts';
import { type Exchange, header, nameParam } from '../http/exchange.ts';

/** A ticket for that capture, or a bearer token whose user may read its artifacts; then the capture itself.
 * @throws ArtifactError */
export type AuthorizeReader = (exchange: Exchange) => Promise<LiveCapture>;

export function createAuthorizeReader(parts: {
  readonly client: KubeClient;
  readonly authenticate: Authenticate;
  readonly authorize: AuthorizeDownload;
  readonly captures: CaptureIndex;
}): AuthorizeReader {
  return async (exchange) => {
    const capture = { namespace: nameParam(exchange, 'namespace'), name: nameParam(exchange, 'name') };
    const ticket = header(exchange, HEADERS.ticket);
    if (ticket !== undefined) await checkTicket(parts.client, ticket, capture, { signal: exchange.signal });
    else await parts.authorize(await authenticateBearer(exchange, parts.authenticate), capture);
    return parts.captures.byName(capture);
  };
}
