import { request } from 'node:https';
import { userPath } from '@nicdiag/artifacts';
import type { Check } from './check.ts';

/** What a user asks for; no such capture need be there, the caller is looked at first. */
const PATH = userPath({ namespace: 'default', name: 'nicdiag-selftest' }, 'artifacts');

/** That the artifact server answers under its name, with a certificate that the CA of the agents signed, and asks who calls. */
export function artifactsCheck(url: string, ca: () => string): Check {
  return {
    title: 'the artifact server has a good certificate, and asks who calls',
    async run({ signal }) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const call = request(`${url}${PATH}`, { ca: ca(), signal }, (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode));
        });
        call.once('error', (cause) => reject(new Error(`${url} does not answer: ${cause.message}`, { cause })));
        call.end();
      });
      if (status !== 401) throw new Error(`${url} answered ${status} to a caller without a token, not 401`);
    },
  };
}
