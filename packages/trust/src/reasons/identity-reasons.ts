import { counted, listed, type ReasonEntries } from './entry.ts';

/** Reasons of stages 4 to 6. */
export const identityReasons: ReasonEntries<
  | 'name-mismatch'
  | 'wildcard-not-allowed'
  | 'dane-mismatch'
  | 'identity-ambiguous'
  | 'not-in-topology'
  | 'role-not-allowed-on-link'
  | 'direction-not-allowed'
  | 'partner-not-allowed'
  | 'partner-pin-mismatch'
  | 'partner-blocked'
  | 'refused-by-policy'
> = {
  'name-mismatch': {
    stage: 'identity',
    rank: 40,
    producedBy: ['@entente/trust'],
    means: 'The certificate carries neither the expected name nor a name of the allow list.',
    sentence: ({ mode, expected, found }) =>
      `expected the name ${expected} (${mode} rules), found ${listed(found, 'no usable name')}`,
    remedy: ({ expected, found }) =>
      found.length === 0
        ? `have a certificate issued that names ${expected} in subjectAltName: the common name of the subject does not count`
        : `connect to a name that the certificate carries, or have a certificate issued for ${expected}`,
  },
  'wildcard-not-allowed': {
    stage: 'identity',
    rank: 41,
    producedBy: ['@entente/trust'],
    means: 'The certificate carries the name only as a wildcard, which the rules of the link do not allow.',
    sentence: ({ mode, expected, found }) =>
      `expected the exact name ${expected} (${mode} rules allow no wildcard), found ${listed(found)}`,
    remedy: ({ expected }) => `have a certificate issued that names ${expected} itself`,
  },
  'dane-mismatch': {
    stage: 'identity',
    rank: 42,
    producedBy: ['@entente/trust'],
    means: 'DNSSEC-validated TLSA records exist for the host, and none matches the chain.',
    sentence: ({ host, records }) =>
      `expected a chain that matches the TLSA records of ${host}, found no match among ${counted(records, 'record')}`,
    remedy: () => 'publish TLSA records for the current certificate, or remove the old ones',
  },
  'identity-ambiguous': {
    stage: 'authorise',
    rank: 39,
    producedBy: ['@entente/topology', '@entente/federation'],
    means: 'The names in the certificate select more than one server.',
    sentence: ({ names, servers }) =>
      `expected names that select exactly one server, found ${listed(servers ?? names ?? [])}`,
    remedy: () =>
      'issue each server a certificate with its own FQDN and the names of its pool, and no name of another server',
  },
  'not-in-topology': {
    stage: 'authorise',
    rank: 38,
    producedBy: ['@entente/trust', '@entente/topology'],
    means: 'The certificate is valid, but it names no server of the topology, or no name of the allow list.',
    sentence: ({ names, server }) =>
      `expected a listed peer, found ${server ?? listed(names ?? [], 'a peer without usable names')}`,
    remedy: () =>
      'add its name to the allow list; in a network with a topology, add the server with entente topology add server and publish the topology',
  },
  'role-not-allowed-on-link': {
    stage: 'authorise',
    rank: 37,
    producedBy: ['@entente/topology'],
    means: 'The server is in the topology, but the allow matrix does not allow its role on this link.',
    sentence: ({ server, role, link }) =>
      `expected a role that is allowed on ${link ?? 'this link'}, found ${role ?? 'another role'}${server === undefined ? '' : ` (${server})`}`,
    remedy: () => 'connect to the interface that the allow matrix names for these two roles',
  },
  'direction-not-allowed': {
    stage: 'authorise',
    rank: 36,
    producedBy: ['@entente/topology'],
    means:
      'The allow matrix allows these two roles on this link, but only with the other side opening the connection.',
    sentence: ({ server, direction }) =>
      `expected the other side to open the connection, found ${direction === undefined ? 'a' : `an ${direction}`} connection${server === undefined ? '' : ` ${direction === 'outbound' ? 'to' : 'from'} ${server}`}`,
    remedy: () => 'let the side that the allow matrix names open the connection',
  },
  'partner-not-allowed': {
    stage: 'authorise',
    rank: 38,
    producedBy: ['@entente/federation'],
    means: 'The domain is not a federation partner.',
    sentence: ({ domain, names }) => `expected a listed partner, found ${domain ?? listed(names ?? [])}`,
    remedy: () =>
      'if you want to federate with the domain, list it with entente topology add partner and publish the topology',
  },
  'partner-pin-mismatch': {
    stage: 'authorise',
    rank: 40,
    producedBy: ['@entente/federation'],
    means:
      'The entry of the partner pins a server, and the certificate does not have the name of that server in a form that counts.',
    sentence: ({ partner, server, names }) =>
      `expected the pinned name ${server ?? 'of the server'} in the certificate of the partner${partner === undefined ? '' : ` ${partner}`}, found ${listed(names ?? [], 'no usable name')}`,
    remedy: ({ server }) =>
      `have the partner add ${server ?? 'the name'} to its certificate (as sip:${server ?? 'name'} where the certificate has any sip: URI, RFC 5922 §7.1); or, if its edge has another name, remove the partner and add it with that name: entente topology add partner … --server`,
  },
  'partner-blocked': {
    stage: 'authorise',
    rank: 99,
    producedBy: ['@entente/federation'],
    means: 'The topology blocks the domain.',
    sentence: ({ domain }) => `expected a partner that is not blocked, found ${domain ?? 'a blocked domain'}`,
    remedy: () =>
      'if the domain should no longer be blocked, remove the entry from the topology and publish it',
  },
  'refused-by-policy': {
    stage: 'policy',
    rank: 35,
    producedBy: ['@entente/trust'],
    means: 'A policy plugin refused the peer after every other check had passed.',
    sentence: ({ policy, detail }) =>
      `expected the policy "${policy}" to accept the peer, found a refusal${detail === undefined ? '' : `: ${detail}`}`,
    remedy: ({ policy }) => `see the documentation of the policy "${policy}"`,
  },
};
