import { type RejectionOf, reject } from '@entente/trust';

/** The rejection of a peer that sends TLS in which there is nothing. */
export const tooManyEmptyOctets: RejectionOf<'throttled'> = {
  ...reject('throttled', {}),
  message:
    'expected data in what comes over the connection, found octets of TLS alone, such as key updates, without end',
  remedy: 'look for a program at the other end that changes its keys without end; it may connect again',
};
