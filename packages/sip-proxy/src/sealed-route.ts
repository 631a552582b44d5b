import { NameAddr, SipUri } from '@entente/sip';
import { type Seal, seal, unseal } from './seal.ts';

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
 * Seals a way.
 * @returns text that is safe as the user part of a SIP URI; undefined where the way is too long
 * @throws RangeError (code SIP_PROXY_SEAL) for a short key or salt
 */
export function sealRoute(
  { flow, outside, routes }: SealedRoute,
  options: Pick<Seal, 'key' | 'salt'>,
): string | undefined {
  return seal(purpose, [flow, outside, ...routes], options);
}

/**
 * Opens what {@link sealRoute} sealed.
 * @param sealed user part of a URI, from anybody
 * @returns undefined for anything else
 * @throws RangeError (code SIP_PROXY_SEAL) for a short key
 */
export function openRoute(sealed: string, key: Uint8Array): SealedRoute | undefined {
  const [flow, outside, ...routes] = unseal(purpose, sealed, key) ?? [];
  return flow === undefined || outside === undefined ? undefined : { flow, outside, routes };
}

/**
 * The one Record-Route entry that stands, outside, for a whole way inside.
 * @param route the way, and who is given it
 * @param options our name outside, key and salt
 * @returns undefined where the way is too long to be sealed
 */
export function sealedEntry(route: SealedRoute, options: Seal): NameAddr | undefined {
  const user = sealRoute(route, options);
  if (user === undefined) return undefined;
  return NameAddr.from({ uri: SipUri.from({ user, host: options.host, parameters: { lr: true } }) });
}
