import type { LinkContext } from '@entente/trust';

/** What a caller says of a link; who opened the connection, and what its peer is, follow from the function that is called. */
export type LinkOptions = Partial<Pick<LinkContext, 'name' | 'interface' | 'local'>>;

/** Name and interface of a link for which the caller gives none. */
export const defaultLink = { name: 'tls', interface: 'external' } as const;

/**
 * Completes a link.
 * @param direction - `inbound` at a listener, `outbound` at a client
 * @param given - what the caller gives of it
 */
export function completeLink(direction: 'inbound' | 'outbound', given: LinkOptions = {}): LinkContext {
  return {
    ...defaultLink,
    ...given,
    direction,
    purpose: direction === 'inbound' ? 'client' : 'server',
  };
}
