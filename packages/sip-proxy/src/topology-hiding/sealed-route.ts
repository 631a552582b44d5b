import { NameAddr } from '@entente/sip';
import { type OwnAddress, uriAt } from '../route/own-address.ts';
import type { Sealing } from './sealing.ts';

/** The way of a dialog inside, as somebody outside carries it for us without being able to read it. */
export interface SealedRoute {
  /** The client connection it was given to; the empty text where it was given to a partner. */
  readonly flow: string;
  /** The partner's domain it was given to; the empty text where it was given to a client. */
  readonly outside: string;
  /** Route values that lead on inside, first hop first. */
  readonly routes: readonly string[];
}

const purpose = 'route';

/**
 * The one Record-Route entry that stands, outside, for a whole route inside.
 * @param route - the way, and who is given it
 * @param address - where the peer that receives it reaches us
 * @param sealing - what seals it
 * @param scheme - from `schemeOfEntries`
 * @returns undefined where the way is too long to be sealed
 */
export function sealedEntry(
  route: SealedRoute,
  address: OwnAddress,
  sealing: Sealing,
  scheme: 'sip' | 'sips' = 'sip',
): NameAddr | undefined {
  const user = sealing.seal(purpose, [route.flow, route.outside, ...route.routes]);
  if (user === undefined) return undefined;
  return NameAddr.from({ uri: uriAt(address, { scheme, user, parameters: { lr: true } }) });
}

/**
 * Opens the route in the user part of a {@link sealedEntry}.
 * @param user - from anybody
 * @returns undefined for anything else
 */
export function openRoute(user: string, sealing: Sealing): SealedRoute | undefined {
  const [flow, outside, ...routes] = sealing.open(purpose, user) ?? [];
  return flow === undefined || outside === undefined ? undefined : { flow, outside, routes };
}
