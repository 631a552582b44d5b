import type { LinkContext } from '@entente/trust';

/** What of a link is always known. */
export const defaultLink = { name: 'tls', interface: 'external' } as const;

/**
 * Completes a link.
 * @param direction - who dials
 * @param given - what the caller says of it
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
