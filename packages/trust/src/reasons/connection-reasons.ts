import { moment, type ReasonEntries } from './entry.ts';

/** Reasons that sockets and servers produce, not the judge. */
export const connectionReasons: ReasonEntries<
  | 'topology-stale'
  | 'trust-closed'
  | 'resumption-not-allowed'
  | 'platform-refused'
  | 'peer-refused'
  | 'handshake-failed'
  | 'tls-broken'
  | 'throttled'
> = {
  'topology-stale': {
    stage: 'connection',
    rank: 98,
    producedBy: ['@entente/topology'],
    means:
      'The authority has not confirmed the topology within the time that the topology allows, so no peer is accepted.',
    sentence: ({ issuedAt, now }) =>
      `expected a recent confirmation of the topology, found ${issuedAt === undefined ? 'none' : `one of ${moment(issuedAt)}`}${now === undefined ? '' : ` at ${moment(now)}`}`,
    remedy: () => 'check that the authority runs, and restore the connection from this server to it',
  },
  'trust-closed': {
    stage: 'connection',
    rank: 96,
    producedBy: ['@entente/tls'],
    means:
      'The trust by which peers are judged was disposed of: it learns of no revocation any more, so no peer is accepted.',
    sentence: () => 'expected a trust that is open, found one that was disposed of',
    remedy: () => 'dispose of a trust after the listeners and clients that use it',
  },
  'resumption-not-allowed': {
    stage: 'connection',
    rank: 97,
    producedBy: ['@entente/tls'],
    means: 'A TLS session was resumed on a link that requires full handshakes.',
    sentence: ({ link }) => `expected a full handshake on ${link ?? 'this link'}, found a resumed session`,
    remedy: () => 'connect again without resuming a session',
  },
  'platform-refused': {
    stage: 'connection',
    rank: 34,
    producedBy: ['@entente/tls'],
    means: 'OpenSSL refused the chain for a reason that the verdict does not cover.',
    sentence: ({ error }) => `expected OpenSSL to accept the chain as the verdict does, found ${error}`,
    remedy: () => 'report the chain as a bug: OpenSSL and the verdict disagree about it',
  },
  'peer-refused': {
    stage: 'connection',
    rank: 33,
    producedBy: ['@entente/tls'],
    means:
      'The peer closed the connection after its own verdict about our certificate, or, where something was sent to it, before it answered.',
    sentence: ({ error, sent }) => {
      const code = error === undefined ? '' : ` (${error})`;
      return sent === true
        ? `expected the peer to accept our certificate and to answer, found that it closed the connection without an answer${code}: it refused the certificate or ended what was sent`
        : `expected the peer to accept our certificate, found that it closed the connection${code}`;
    },
    remedy: () => 'read the reason in the log of the peer; it is not sent over the connection',
  },
  'handshake-failed': {
    stage: 'connection',
    rank: 31,
    producedBy: ['@entente/tls'],
    means:
      'A client got no connection, because it speaks no TLS, no version or cipher suite in common with the listener, or was too slow.',
    sentence: ({ error }) => `expected a TLS handshake that both sides can end, found ${error}`,
    remedy: () =>
      'let the client speak TLS, and a version that the listener has: TLS 1.3, or TLS 1.2 where minVersion allows it',
  },
  'tls-broken': {
    stage: 'connection',
    rank: 30,
    producedBy: ['@entente/tls'],
    means:
      'What came over an open connection was not TLS under its keys, so the connection was closed: the program at the other end is broken, or something between both sides has changed it.',
    sentence: ({ error }) => `expected records of TLS under the keys of the connection, found ${error}`,
    remedy: () =>
      'look at the program at the other end, and at what stands between it and this side; it may connect again',
  },
  throttled: {
    stage: 'connection',
    rank: 32,
    producedBy: ['@entente/tls'],
    means: 'A listener has as many connections as one of its limits allows.',
    sentence: ({ max, what }) =>
      max === undefined
        ? 'expected connections within the limits of the listener, found one more'
        : `expected at most ${max} ${what ?? 'connections'}, found one more`,
    remedy: () => 'wait, or raise the limit in the options of the listener if the load is intended',
  },
};
