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
