import { kindOf } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/**
 * Looks at a URI that a caller gives. A text, or the whole result of `parseUri`, has no user and no host: it would be taken for a URI of another scheme.
 *
 * @param place - what it is given to
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkIsUri(uri: unknown, place: string): void {
  const kind = (uri as { readonly kind?: unknown } | null | undefined)?.kind;
  if (kind === 'sip' || kind === 'tel' || kind === 'opaque') return;
  throw new SipArgumentError(
    `expected a URI, found ${kindOf(uri)}`,
    `argument of ${place}`,
    'give the value of what parseUri returns where that is ok, or a URI of a message',
  );
}
