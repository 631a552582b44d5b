import type { Verifiers } from '@entente/accounts';
import type { AuthorityClient } from '../authority/authority-client.ts';
import { readProblem, refusedAnswer } from '../authority/refused-answer.ts';
import type { VerifiersRefusal } from './followed-accounts.ts';

/** Milliseconds in which the authority has stored the change, or the user hears that it does not answer. */
const waitMs = 10_000;
const path = '/accounts/password';

/**
 * Asks the authority to change the verifiers of a user, who has proven the present password.
 * @param authority - over the mutual link to it
 * @param change - whose, from which and to which
 * @param stop - gives up
 * @returns why it has not; undefined once it is stored
 * @throws MemberFault `ENTENTE_MEMBER_ANSWER` where it fails; what the connection failed of
 */
export async function orderNewVerifiers(
  authority: Pick<AuthorityClient, 'transport' | 'url'>,
  change: { readonly address: string; readonly from: Verifiers; readonly to: Verifiers },
  stop: AbortSignal,
): Promise<VerifiersRefusal | undefined> {
  const request = new Request(new URL(path, authority.url), {
    method: 'POST',
    body: JSON.stringify(change),
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.any([stop, AbortSignal.timeout(waitMs)]),
  });
  const response = await authority.transport(request);
  if (response.status === 204) return undefined;
  const text = await response.text();
  const answer = { status: response.status, text: async () => text };
  const { detail, reason, remedy } = await readProblem(answer);
  const isRefusal = response.status >= 400 && response.status < 500;
  if (!isRefusal || detail === undefined || reason === undefined || remedy === undefined)
    throw await refusedAnswer(authority.url, path, answer);
  return { reason, message: detail, remedy };
}
