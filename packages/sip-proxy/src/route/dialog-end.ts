import { addressOfRecord, type SipRequest, type Uri } from '@entente/sip';

/** One end of a dialog, as a server on its path knows it. */
export interface DialogEnd {
  /** Address of record of a user of ours (`alice@contoso.example`) that this server vouches for; empty where it vouches for none. */
  readonly user: string;
  /** The user's device, where it connects to this server (`deviceOf`); empty where it does not. */
  readonly device: string;
  /** The neighbour that leads on to this end: FQDN of a server, or a partner's domain; empty where the device connects here. */
  readonly via: string;
}

/** Which end: the one that sent the request that began the dialog, or the other. */
export type DialogSide = 'caller' | 'called';

/** An end of which a server says nothing. */
export const unknownEnd: DialogEnd = { user: '', device: '', via: '' };

/** The side across. */
export function otherSide(side: DialogSide): DialogSide {
  return side === 'caller' ? 'called' : 'caller';
}

/**
 * What a token of a dialog is bound to, so that it opens in no other: Call-ID, the caller's tag, and the address that was called. The
 * tag says which side a request comes from; with the address in it, the called end keeps the address it was called by.
 * @param request - in the dialog, or the one that begins it
 * @param sender - the side that it is read as coming from
 * @see RFC 3261 §12.1
 */
export function dialogContext(request: SipRequest, sender: DialogSide): string {
  const { callId, from, to } = request;
  const [caller, called] = sender === 'caller' ? [from, to] : [to, from];
  return `${callId}\0${caller.tag ?? ''}\0${addressOf(called.uri)}`;
}

function addressOf(uri: Uri): string {
  return addressOfRecord(uri) ?? uri.toString();
}
