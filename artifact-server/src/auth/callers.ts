import { ArtifactError } from '@nicdiag/artifacts';
import { type Exchange, header } from '../http/exchange.ts';
import type { Authenticate, Identity } from './tokenReview.ts';

/** The two programs that write here, by the user names of their ServiceAccounts. */
export interface Callers {
  readonly agent: string;
  readonly operator: string;
}

/** @throws ArtifactError `Unauthenticated` */
export async function authenticateBearer(exchange: Exchange, authenticate: Authenticate): Promise<Identity> {
  const token = /^Bearer ([\x21-\x7e]{1,16384})$/i.exec(header(exchange, 'authorization') ?? '')?.[1];
  if (token === undefined) {
    throw new ArtifactError(
      'Unauthenticated',
      'no credentials: send an ArtifactTicket in the header X-Nicdiag-Ticket, or a bearer token with the audience nicdiag-artifacts',
    );
  }
  return authenticate(token, { signal: exchange.signal });
}

/** An agent may file for the node in its token only.
 * @throws ArtifactError `Forbidden`, `NotYourNode` */
export function requireAgentOf(identity: Identity, node: string, callers: Callers): void {
  if (identity.username !== callers.agent) {
    throw new ArtifactError('Forbidden', `${identity.username} may not upload: only ${callers.agent} may`);
  }
  if (identity.nodeName === undefined) {
    throw new ArtifactError('Forbidden', "the token has no node claim: use the token projected into the agent's Pod");
  }
  if (identity.nodeName !== node) {
    throw new ArtifactError('NotYourNode', `the agent on ${identity.nodeName} may not upload for node ${node}`);
  }
}

/** @throws ArtifactError `Forbidden` */
export function requireOperator(identity: Identity, callers: Callers): void {
  if (identity.username === callers.operator) return;
  throw new ArtifactError('Forbidden', `${identity.username} may not seal: only ${callers.operator} may`);
}
