import { checkObject } from '../syntax/check-object.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import type { SipUri } from './uri.ts';

/**
 * A URI without what may not stand in a Request-URI: the `method` parameter and header components.
 * @param uri - of a Contact or Route
 * @returns the same object where there is nothing to remove
 * @see RFC 3261 §19.1.1, table 1
 */
export function requestUriOf(uri: SipUri): SipUri {
  checkObject(uri, 'URI of requestUriOf', 'give a SipUri, as parseUri reads it');
  if (uri.kind !== 'sip')
    throw new SipArgumentError(
      'expected a SIP URI, found another one',
      'URI of requestUriOf',
      'give a SipUri, as parseUri reads it',
    );
  if (uri.rawHeaders === undefined && !uri.parameters.has('method')) return uri;
  return uri.with({ headers: undefined, parameters: uri.parameters.without('method') });
}
