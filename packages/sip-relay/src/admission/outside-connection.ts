import type { SipRequest, Via } from '@entente/sip';
import type { RequestOrigin } from '../proxy-policy.ts';
import { isEdge } from './client-address.ts';

/**
 * In the Via of an edge: over which connection of a client the request came. An edge writes that Via itself, so no client writes it; a server that
 * does not know the parameter passes over it (RFC 3261 §20.42, `via-extension`).
 */
const connectionParameter = 'entente-connection';
const longestName = 64;

/**
 * Says over which connection of a client a request comes, to the server inside that authenticates the client.
 * @param via - of the edge
 * @param name - of the connection, which the edge gives to no other one; `FlowNames` makes such names
 */
export function overConnection(via: Via, name: string): Via {
  return via.withParameter(connectionParameter, name);
}

/**
 * The connection of a client at an edge.
 * @returns undefined where no edge has sent the request, or it has not said so, as one of an earlier version does not
 */
export function connectionOutside({ topVia }: SipRequest, origin: RequestOrigin): string | undefined {
  const name = isEdge(origin) ? topVia.parameters.raw(connectionParameter) : undefined;
  if (name === undefined || name.length > longestName) return undefined;
  return `${origin.server}\0${name}`;
}
