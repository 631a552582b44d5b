import { listed, type ReasonEntries } from './entry.ts';

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
  | 'partner-blocked'
  | 'refused-by-policy'
> = {
  'name-mismatch': {
    stage: 'identity',
    rank: 40,
    producedBy: '@entente/trust',
    means: 'The certificate does not carry the name that was asked for, or no name of the allow list.',
    sentence: ({ mode, expected, found }) =>
      `expected the name ${expected} (rules of ${mode}), found ${listed(found, 'no usable name')}`,
    remedy: ({ expected }) =>
      `connect to a name that the certificate carries, or have a certificate issued that carries ${expected}`,
  },
  'wildcard-not-allowed': {
    stage: 'identity',
    rank: 41,
    producedBy: '@entente/trust',
    means: 'The name would match only through a wildcard, and the rules of the link allow none.',
    sentence: ({ mode, expected, found }) =>
      `expected the exact name ${expected} (rules of ${mode} allow no wildcard), found ${listed(found)}`,
    remedy: ({ expected }) => `have a certificate issued that names ${expected} itself`,
  },
  'dane-mismatch': {
    stage: 'identity',
    rank: 42,
    producedBy: '@entente/trust',
    means: 'DNSSEC-validated TLSA records exist for the host, and none fits the chain.',
    sentence: ({ host, records }) =>
      `expected a chain that fits one of ${records} TLSA records of ${host}, found none`,
    remedy: () => 'publish TLSA records for the current certificate, or remove the old ones',
  },
  'identity-ambiguous': {
    stage: 'authorise',
    rank: 39,
    producedBy: '@entente/topology',
    means: 'The names of the certificate select more than one server.',
    sentence: ({ names, servers }) =>
      `expected names that select exactly one server, found ${listed(servers ?? names ?? [])}`,
    remedy: () => 'give every server a certificate with its own FQDN only, beside the names of its pool',
  },
  'not-in-topology': {
    stage: 'authorise',
    rank: 38,
    producedBy: '@entente/topology',
    means:
      'A valid certificate, but no server of the topology (or no name of the allow list) is meant by it.',
    sentence: ({ names, server }) =>
      `expected a peer that is listed, found ${server ?? listed(names ?? [], 'a peer without usable names')}`,
    remedy: () => 'add the server to the topology and publish it, or add its name to the allow list',
  },
  'role-not-allowed-on-link': {
    stage: 'authorise',
    rank: 37,
    producedBy: '@entente/topology',
    means: 'The server is known, but its role has no business on this link.',
    sentence: ({ server, role, link }) =>
      `expected a role that is allowed on ${link ?? 'this link'}, found ${role ?? 'another role'}${server === undefined ? '' : ` (${server})`}`,
    remedy: () => 'send the connection to the interface that the allow matrix names for this pair of roles',
  },
  'direction-not-allowed': {
    stage: 'authorise',
    rank: 36,
    producedBy: '@entente/topology',
    means: 'The pair of roles is allowed, but not with this side opening the connection.',
    sentence: ({ server, direction }) =>
      `expected a connection opened by the other side, found one opened ${direction ?? 'the wrong way'}${server === undefined ? '' : ` by ${server}`}`,
    remedy: () => 'let the side open that the allow matrix names',
  },
  'partner-not-allowed': {
    stage: 'authorise',
    rank: 38,
    producedBy: '@entente/federation',
    means: 'The domain is no federation partner.',
    sentence: ({ domain, names }) => `expected a listed partner, found ${domain ?? listed(names ?? [])}`,
    remedy: () => 'allow the domain as a partner, if federation with it is wanted',
  },
  'partner-blocked': {
    stage: 'authorise',
    rank: 99,
    producedBy: '@entente/federation',
    means: 'The domain is blocked.',
    sentence: ({ domain }) => `expected a partner that is not blocked, found ${domain ?? 'a blocked domain'}`,
    remedy: () => 'lift the block in the topology, if it is no longer wanted',
  },
  'refused-by-policy': {
    stage: 'policy',
    rank: 35,
    producedBy: '@entente/trust',
    means: 'A policy plugin refused the peer after every other check had passed.',
    sentence: ({ policy, detail }) =>
      `expected the policy "${policy}" to let the peer pass, found a refusal${detail === undefined ? '' : `: ${detail}`}`,
    remedy: ({ policy }) => `see the documentation of the policy "${policy}"`,
  },
};
