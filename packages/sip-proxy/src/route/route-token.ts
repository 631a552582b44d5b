import { NameAddr, type SipRequest, type Uri } from '@entente/sip';
import type { Sealing } from '../sealing/sealing.ts';
import { type DialogEnd, type DialogSide, dialogContext } from './dialog-end.ts';
import { type OwnAddress, uriAt } from './own-address.ts';

/** What our Record-Route entry says when it comes back in a Route: who is at the ends of the dialog. */
export interface DialogToken {
  /** Distinguishes it from a {@link PathToken}. */
  readonly kind: 'dialog';
  /** The end that sent the request that began the dialog. */
  readonly caller: DialogEnd;
  /** The end that this request was for. */
  readonly called: DialogEnd;
  /** The side that the request comes from. */
  readonly sender: DialogSide;
}

/** What our Path entry says when it comes back in a Route: for whose device it is. */
export interface PathToken {
  /** Distinguishes it from a {@link DialogToken}. */
  readonly kind: 'path';
  /** Address of record that the entry was written for, `alice@contoso.example`; empty where the request named none. */
  readonly user: string;
  /** From `deviceOf`. */
  readonly device: string;
}

/** What an entry of ours in a Route says. */
export type RouteToken = DialogToken | PathToken;

/** How an entry of ours is written. */
export interface EntryOptions {
  /** Seals the token, and opens it when it comes back. */
  readonly sealing: Sealing;
  /** From `schemeOfEntries`. */
  readonly scheme: 'sip' | 'sips';
}

/** How a Path entry is written. */
export interface PathOptions extends EntryOptions {
  /** Whether we are the first hop of the client, so that we keep its flow (RFC 5626 §5.1); default yes. */
  readonly isFirstHop?: boolean;
}

const firstHop = { lr: true, ob: true } as const;
const loose = { lr: true } as const;
const dialogPurpose = 'dialog';
const pathPurpose = 'path';
const dialogFields = 6;
const pathFields = 2;

/**
 * The Record-Route entry of a server: `<sip:token@host:5061;transport=tls;lr>`. It names users and devices, not connections, so that a
 * dialog goes on after a reconnect; it opens in its own dialog alone.
 * @param address - where the peer that gets the entry reaches us
 * @param token - what it says when it returns; `sender` is the side that `request` comes from, by default the caller
 * @param request - that begins the dialog, or a NOTIFY in it
 * @param options - what seals it, and the scheme
 * @throws RangeError (code SIP_PROXY_TOKEN) where the ends are too long to be sealed
 */
export function recordRouteEntry(
  address: OwnAddress,
  {
    called,
    caller,
    sender = 'caller',
  }: Pick<DialogToken, 'called' | 'caller'> & Partial<Pick<DialogToken, 'sender'>>,
  request: SipRequest,
  { scheme, sealing }: EntryOptions,
): NameAddr {
  const ends = [caller.user, caller.device, caller.via, called.user, called.device, called.via];
  const user = sealing.seal(dialogPurpose, ends, dialogContext(request, sender));
  if (user === undefined) throw tooLong('Record-Route');
  return NameAddr.from({ uri: uriAt(address, { scheme, user, parameters: loose }) });
}

/**
 * The Path entry of a server: it leads requests of the registrar to the device, over whichever connection it has then.
 * @param address - where the registrar reaches us
 * @param token - what it says when it returns
 * @param options - what seals it, the scheme, and whether we are the first hop
 * @throws RangeError (code SIP_PROXY_TOKEN) where user and device are too long to be sealed
 * @see RFC 3327 §5, RFC 5626 §5.1
 */
export function pathEntry(
  address: OwnAddress,
  { device, user }: Omit<PathToken, 'kind'>,
  { isFirstHop = true, scheme, sealing }: PathOptions,
): NameAddr {
  const sealed = sealing.seal(pathPurpose, [user, device]);
  if (sealed === undefined) throw tooLong('Path');
  const uri = uriAt(address, { scheme, user: sealed, parameters: isFirstHop ? firstHop : loose });
  return NameAddr.from({ uri });
}

/**
 * Opens the token of an entry that names us.
 * @param uri - of the entry
 * @param request - that carries it; without a tag in To it is in no dialog, and no token of one opens
 * @param sealing - what sealed it
 * @returns undefined where we sealed none for this request
 */
export function openRouteToken(uri: Uri, request: SipRequest, sealing: Sealing): RouteToken | undefined {
  if (uri.kind !== 'sip' || uri.rawUser === undefined) return undefined;
  const { rawUser } = uri;
  if (request.to.tag !== undefined) {
    const token = openAs('caller', rawUser, request, sealing) ?? openAs('called', rawUser, request, sealing);
    if (token !== undefined) return token;
  }
  const path = sealing.open(pathPurpose, rawUser);
  if (path?.length !== pathFields) return undefined;
  const [user = '', device = ''] = path;
  return { kind: 'path', user, device };
}

function openAs(
  sender: DialogSide,
  sealed: string,
  request: SipRequest,
  sealing: Sealing,
): DialogToken | undefined {
  const fields = sealing.open(dialogPurpose, sealed, dialogContext(request, sender));
  if (fields?.length !== dialogFields) return undefined;
  return { kind: 'dialog', caller: endOf(fields, 0), called: endOf(fields, 3), sender };
}

function endOf(fields: readonly string[], from: number): DialogEnd {
  return { user: fields[from] ?? '', device: fields[from + 1] ?? '', via: fields[from + 2] ?? '' };
}

function tooLong(header: string): RangeError {
  const message = `${header}: expected users and devices that can be sealed, found some that are too long`;
  return Object.assign(new RangeError(message), { code: 'SIP_PROXY_TOKEN' });
}
