import { NameAddr, type SipRequest } from '@entente/sip';
import { type OwnAddress, uriAt } from './own-address.ts';
import type { PreprocessedRequest } from './preprocess.ts';

/** Whether a request is a NOTIFY in a dialog, whose receiver takes the route of the dialog from it (RFC 6665 §4.4.1). */
export function isNotifyInDialog(request: SipRequest): boolean {
  return request.method === 'NOTIFY' && request.to.tag !== undefined;
}

/**
 * Our Record-Route entries for a NOTIFY in a dialog: those by which it has come. Its receiver takes the route of the dialog from the NOTIFY, and not
 * from the answer to its SUBSCRIBE: without them its next SUBSCRIBE would not come here, or to nobody.
 * @param preprocessed - what our entries in its Route were
 * @param address - where our entries lead; one that another member has handed on under our own name leads there again
 * @returns first to be written first; none where we were not on the way of the SUBSCRIBE
 * @see RFC 6665 §4.3, §4.4.1
 */
export function notifyEntries(
  { entries = [], tokens }: Pick<PreprocessedRequest, 'entries' | 'tokens'>,
  address: OwnAddress,
): readonly NameAddr[] {
  return entries
    .filter((_, index) => tokens[index]?.kind === 'dialog')
    .map((entry) => {
      if (entry.host === address.host) return NameAddr.from({ uri: entry });
      const scheme = entry.scheme === 'sips' ? 'sips' : 'sip';
      const user = entry.rawUser ?? '';
      return NameAddr.from({ uri: uriAt(address, { scheme, user, parameters: { lr: true } }) });
    });
}
