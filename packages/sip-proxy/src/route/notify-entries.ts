import { NameAddr, type SipRequest, type SipUri } from '@entente/sip';
import { writerOf } from './handed-on-route-entry.ts';
import { type OwnAddress, uriAt } from './own-address.ts';
import type { PreprocessedRequest } from './preprocess.ts';

const loose = { lr: true } as const;

/** Whether a request is a NOTIFY in a dialog, whose receiver takes the route of the dialog from it (RFC 6665 §4.4.1). */
export function isNotifyInDialog(request: SipRequest): boolean {
  return request.method === 'NOTIFY' && request.to.tag !== undefined;
}

/**
 * Our Record-Route entries for a NOTIFY in a dialog: those by which it has come. Its receiver takes the route of the dialog from the NOTIFY, and not
 * from the answer to its SUBSCRIBE: without them its next SUBSCRIBE would not come here, or to nobody.
 * @param preprocessed - what our entries in its Route were
 * @param address - where our entries lead, whatever those by which it has come say; of these, who has written them stays
 * @returns first to be written first; none where we were not on the way of the SUBSCRIBE
 * @see RFC 6665 §4.3, §4.4.1
 */
export function notifyEntries(
  { entries = [], tokens }: Pick<PreprocessedRequest, 'entries' | 'tokens'>,
  address: OwnAddress,
): readonly NameAddr[] {
  return entries
    .filter((_, index) => tokens[index]?.kind === 'dialog')
    .map((entry) => NameAddr.from({ uri: entryAt(entry, address) }));
}

/** The token of an entry, at our address: all else in it is what the sender of the NOTIFY has written, and its receiver would follow that. */
function entryAt(entry: SipUri, { host, member, port }: OwnAddress): SipUri {
  const scheme = entry.scheme === 'sips' ? 'sips' : 'sip';
  const writer = member !== undefined && entry.host === host ? writerOf(entry) : undefined;
  const own = member === undefined ? { host, port } : { host, port, member: writer ?? member };
  return uriAt(own, { scheme, user: entry.rawUser ?? '', parameters: loose });
}
