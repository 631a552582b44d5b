import { NameAddr, type SipRequest } from '@entente/sip';
import { refusal } from '../request/refusal.ts';
import { type DialogEnd, type DialogSide, dialogContext } from '../route/dialog-end.ts';
import { type OwnAddress, uriAt } from '../route/own-address.ts';
import type { Sealing } from '../sealing/sealing.ts';

/** The route of a dialog inside, as an end outside carries it for us without being able to read it. */
export interface SealedRoute {
  /** Who it was given to: a client of ours, or a partner. */
  readonly end: DialogEnd;
  /** Route values that lead on inside, first hop first. */
  readonly routes: readonly string[];
}

const purpose = 'route';

/**
 * Why a request goes to nobody outside: the route that it has come is too long for {@link sealedEntry}. Only proxies write Record-Route (RFC 3261 §16.6
 * step 4, §20.30), and one may stand in front of a client, so that such a field of a client is not malformed; that there is too much of it is
 * what its sender can change (§21.5.7).
 */
export const routeTooLong = refusal(
  'message-too-large',
  513,
  'Record-Route: expected a route inside that can be sealed, found one that is too long',
  'Let the client leave out Record-Route; where proxies are in front of it, let the request pass fewer of them, or let them write shorter entries.',
);

/**
 * The one Record-Route entry that stands, outside, for a whole route inside. It opens in its own dialog, for the side that it is given to.
 * @param route - the route, and who is given it
 * @param address - where the receiver reaches us
 * @param dialog - `request` begins it, or is a NOTIFY in it that `sender` sends, by default the caller; `side` is the one outside
 * @param options - what seals it, and the scheme from `schemeOfEntries`
 * @returns undefined where the route is too long to be sealed
 */
export function sealedEntry(
  { end, routes }: SealedRoute,
  address: OwnAddress,
  {
    request,
    sender = 'caller',
    side,
  }: { readonly request: SipRequest; readonly sender?: DialogSide; readonly side: DialogSide },
  { scheme, sealing }: { readonly scheme: 'sip' | 'sips'; readonly sealing: Sealing },
): NameAddr | undefined {
  const fields = [end.user, end.device, end.via, ...routes];
  const user = sealing.seal(purpose, fields, contextOf(request, sender, side));
  if (user === undefined) return undefined;
  return NameAddr.from({ uri: uriAt(address, { scheme, user, parameters: { lr: true } }) });
}

/** What {@link openRoute} finds. */
export interface OpenedRoute extends SealedRoute {
  /** The side that the request comes from. */
  readonly sender: DialogSide;
}

/**
 * Opens the route in the user part of a {@link sealedEntry}.
 * @param user - from anybody
 * @param request - that carries it; without a tag in To it is in no dialog, and nothing opens
 * @param sealing - what sealed it
 * @returns undefined for anything else
 */
export function openRoute(user: string, request: SipRequest, sealing: Sealing): OpenedRoute | undefined {
  if (request.to.tag === undefined) return undefined;
  return openAs('caller', user, request, sealing) ?? openAs('called', user, request, sealing);
}

function openAs(
  sender: DialogSide,
  user: string,
  request: SipRequest,
  sealing: Sealing,
): OpenedRoute | undefined {
  const fields = sealing.open(purpose, user, contextOf(request, sender, sender));
  if (fields === undefined) return undefined;
  const [name, device, via, ...routes] = fields;
  if (name === undefined || device === undefined || via === undefined) return undefined;
  return { end: { user: name, device, via }, routes, sender };
}

/** What is given to one side is of no use to the other. */
function contextOf(request: SipRequest, sender: DialogSide, side: DialogSide): string {
  return `${side}\0${dialogContext(request, sender)}`;
}
