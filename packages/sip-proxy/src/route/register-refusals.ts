import { type RequestRefusal, refusal } from '../request/refusal.ts';

/**
 * The refusal of a REGISTER along the route of a dialog. The other end would answer in the place of a registrar, and a server on the way would take
 * that for the answer of one.
 * @see RFC 3261 §10.2
 */
export function registerInDialog(): RequestRefusal {
  return refusal(
    'registration-not-authorised',
    403,
    'Route: expected no entry of a dialog in a REGISTER, found one',
    'Register outside of all dialogs.',
  );
}

/**
 * The refusal of a REGISTER for a domain that is not ours. Nobody registers a user of ours but our own registrar, and a server on the way would take
 * the answer of another one for its answer.
 * @param found - Request-URI, as far as it says which domain
 * @see RFC 3261 §10.2
 */
export function registerElsewhere(found: string): RequestRefusal {
  return refusal(
    'registration-not-authorised',
    403,
    `Request-URI: expected one of our domains in a REGISTER, found ${found}`,
    'Register with the domain of the address; users of another domain register there.',
  );
}
