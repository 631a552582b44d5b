import { checkObject } from '../syntax/check-object.ts';
import type { NameAddr } from './name-addr.ts';
import { readBoundedNumber } from './token-with-parameters.ts';

/**
 * What the outbound and GRUU extensions say in one Contact value.
 *
 * @see RFC 5626 §4.1, RFC 5627 §4.1
 */
export interface OutboundContact {
  /** The instance URN of `+sip.instance`, without angle brackets. */
  readonly instance: string | undefined;
  /** `reg-id`: 1 to 2^31 - 1. */
  readonly regId: number | undefined;
  /** Whether the URI asks for this flow with `ob`. */
  readonly ob: boolean;
  /** `pub-gruu` and `temp-gruu` as URIs, which a registrar writes into its 200. */
  readonly publicGruu: string | undefined;
  /** `temp-gruu` as a URI, which a registrar writes into its 200 beside the public one (RFC 5627 §4.2). */
  readonly temporaryGruu: string | undefined;
}

/**
 * Reads the outbound and GRUU parameters of a Contact value.
 *
 * @returns a value whose members are `undefined` where the contact does not use the extension.
 * @see RFC 5626 §4.1, §11.1, RFC 5627 §4.1
 */
export function outboundOf(contact: NameAddr): OutboundContact {
  checkObject(contact, 'contact of outboundOf', 'give a NameAddr, as parseNameAddr reads it');
  const { parameters, uri } = contact;
  checkObject(parameters, 'parameters of outboundOf', 'give a NameAddr, as parseNameAddr reads it');
  checkObject(uri, 'URI of outboundOf', 'give a NameAddr, as parseNameAddr reads it');
  const instance = parameters.get('+sip.instance');
  const regId = readBoundedNumber(parameters.get('reg-id'), 0x7fff_ffff);
  return {
    instance: instance?.startsWith('<') && instance.endsWith('>') ? instance.slice(1, -1) : undefined,
    regId: regId === 0 ? undefined : regId,
    ob: uri.kind === 'sip' && uri.parameters.has('ob'),
    publicGruu: parameters.get('pub-gruu'),
    temporaryGruu: parameters.get('temp-gruu'),
  };
}
