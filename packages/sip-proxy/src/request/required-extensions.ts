import type { SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal } from './refusal.ts';

/** Option tags that a refusal shows to insiders. */
const maxShown = 8;

/**
 * Refuses a request that requires of the server that answers it what it does not have.
 * @param request - for this server itself, not one that it forwards
 * @param supported - option tags that the server understands, in lower case
 * @returns undefined where it may be processed
 * @see RFC 3261 §8.2.2.3
 */
export function refuseRequired(
  request: SipRequest,
  supported: ReadonlySet<string>,
): RequestRefusal | undefined {
  if (!request.has('Require')) return undefined;
  const found = request.requires.filter((tag) => !supported.has(tag.toLowerCase()));
  if (found.length === 0) return undefined;
  return refusal(
    'extension-not-supported',
    420,
    `Require: expected ${[...supported].join(', ')} at most, found ${found.slice(0, maxShown).join(', ')}`,
    'Send the request without requiring these extensions.',
    [['Unsupported', found.join(', ')]],
  );
}
