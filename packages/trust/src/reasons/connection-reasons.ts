import { moment, type ReasonEntries } from './entry.ts';

/** Reasons that sockets and servers produce beside the judge. */
export const connectionReasons: ReasonEntries<
  'topology-stale' | 'resumption-not-allowed' | 'platform-refused' | 'peer-refused' | 'throttled'
> = {
  'topology-stale': {
    stage: 'connection',
    rank: 98,
    producedBy: '@entente/topology',
    means:
      'The authority has not confirmed the topology for longer than the topology allows, so nobody is believed any more.',
    sentence: ({ issuedAt, now }) =>
      `expected a recent confirmation of the topology, found ${issuedAt === undefined ? 'none' : `one of ${moment(issuedAt)}`}${now === undefined ? '' : ` at ${moment(now)}`}`,
    remedy: () => 'restore the connection to the authority',
  },
  'resumption-not-allowed': {
    stage: 'connection',
    rank: 97,
    producedBy: '@entente/tls',
    means: 'A session was resumed where only full handshakes are believed.',
    sentence: ({ link }) => `expected a full handshake on ${link ?? 'this link'}, found a resumed session`,
    remedy: () => 'connect again without a session',
  },
  'platform-refused': {
    stage: 'connection',
    rank: 34,
    producedBy: '@entente/tls',
    means: 'OpenSSL refuses for a reason that our verdict does not explain.',
    sentence: ({ error }) => `expected the platform to agree with the verdict, found ${error}`,
    remedy: () => 'report the chain: either the platform or the verdict is wrong about it',
  },
  'peer-refused': {
    stage: 'connection',
    rank: 33,
    producedBy: '@entente/tls',
    means: 'The other side closed the connection after its own verdict about us.',
    sentence: ({ error }) =>
      `expected the peer to accept us, found that it closed the connection${error === undefined ? '' : ` (${error})`}`,
    remedy: () => 'read the reason in the log of the peer: it is not told to strangers',
  },
  throttled: {
    stage: 'connection',
    rank: 32,
    producedBy: '@entente/federation',
    means:
      'The peer exceeds a limit: of connections that a listener holds, or of what a discovered partner may send.',
    sentence: ({ domain }) =>
      `expected traffic within the limits, found too much from ${domain ?? 'this peer'}`,
    remedy: () => 'list the domain as a partner, which lifts the limits',
  },
};
