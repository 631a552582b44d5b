/**
 * Who is at the other end of a connection, as far as that decides what the peer may take: one of our servers, a partner, a user who has
 * authenticated, or an unknown peer, who has proven nothing.
 */
export type PeerKind = 'server' | 'partner' | 'user' | 'unknown';
