import type { LinkContext } from '@entente/trust';

/** Name and interface of a link for which the caller gives none. */
export const defaultLink = { name: 'tls', interface: 'external' } as const;

/**
 * Completes a link.
 * @param direction - `inbound` at a listener, `outbound` at a client
 * @param given - what the caller gives of it
 */
export function completeLink(
  direction: 'inbound' | 'outbound',
  given: Partial<LinkContext> = {},
): LinkContext {
  return {
    ...defaultLink,
    direction,
    purpose: direction === 'inbound' ? 'client' : 'server',
    ...given,
  };
}
