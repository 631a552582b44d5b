import {
  administratorNames,
  type IssuanceDecision,
  type MayIssue,
  type Requester,
  refuse,
} from '@entente/pki';
import { certificateNames, type Topology } from '@entente/topology';
import { isNamed } from './administrators.ts';

/**
 * The rule of issuance by the topology: a server gets a certificate for itself only, with the names in the topology. An
 * administrator whom the topology names gets one for a server that it lists, as with a join token, but never for the authority; for a store
 * that it lists, which has its one name; and the next one of their own. No other requester gets one. The authority may always renew its own certificate, because it must be able to publish
 * a first topology.
 * @param fqdn - name of the authority
 * @param topology - the one in force
 * @param domain - the organisation's network, for the names of administrators; without it they get none
 */
export function mayIssueByTopology(
  fqdn: string,
  topology: () => Topology | undefined,
  domain?: string,
): MayIssue {
  return ({ profile, subject, interface: side = 'internal' }, requester): IssuanceDecision => {
    const ownNext = profile === 'administrator' && domain !== undefined && isSelf(requester, subject);
    const isStore = profile === 'store' && requester.kind === 'administrator';
    const isServer = profile === 'server' && maySpeakFor(requester, subject, fqdn);
    if (!ownNext && !isStore && !isServer) {
      return {
        ok: false,
        refusal: refuse(
          'profile-not-allowed',
          `this requester may not have a ${profile} certificate for ${subject}`,
          'request a server certificate for the server itself',
        ),
      };
    }
    const current = topology();
    if (requester.kind === 'administrator' && (current === undefined || !isNamed(current, requester.name))) {
      return {
        ok: false,
        refusal: refuse(
          'not-in-topology',
          `the topology in force does not name the administrator ${requester.name}`,
          'let an administrator of the topology order it',
        ),
      };
    }
    if (ownNext) return { ok: true, names: administratorNames(domain, subject) };
    if (isStore) return ofStore(current, subject, side);
    if (current === undefined || !current.servers.has(subject)) {
      if (subject === fqdn) return { ok: true, names: { commonName: fqdn, dnsNames: [fqdn], uris: [] } };
      return {
        ok: false,
        refusal: refuse(
          'not-in-topology',
          `the server ${subject} is not in the topology`,
          'add it with entente topology add server and publish the topology first',
        ),
      };
    }
    const names = certificateNames(current, subject).find((one) => one.interface === side);
    if (names === undefined || names.issuer !== 'enterprise') {
      return {
        ok: false,
        refusal: refuse(
          'name-not-allowed',
          `the topology lists no enterprise certificate for the interface ${JSON.stringify(side.slice(0, 40))} of ${subject}`,
          'request an interface that the topology lists with an enterprise certificate',
        ),
      };
    }
    const { commonName, dnsNames, uris } = names;
    return { ok: true, names: { commonName, dnsNames, uris } };
  };
}

/** A store serves its one name, and nothing with a `sip:` URI. */
function ofStore(current: Topology | undefined, subject: string, side: string): IssuanceDecision {
  if (current?.stores.has(subject) !== true) {
    return {
      ok: false,
      refusal: refuse(
        'not-in-topology',
        `the store ${subject} is not in the topology`,
        'add it with entente topology add store and publish the topology first',
      ),
    };
  }
  if (side !== 'internal') {
    return {
      ok: false,
      refusal: refuse(
        'name-not-allowed',
        `the topology lists no interface ${JSON.stringify(side.slice(0, 40))} of the store ${subject}`,
        'order it without an interface',
      ),
    };
  }
  return { ok: true, names: { commonName: subject, dnsNames: [subject], uris: [] } };
}

/** Whether an administrator asks for a certificate of their own. */
function isSelf(requester: Requester, subject: string): boolean {
  return requester.kind === 'administrator' && requester.name === subject;
}

/** Whether a requester may ask for a certificate of a server: the server itself, or an administrator, who could order its token. */
function maySpeakFor(requester: Requester, subject: string, authority: string): boolean {
  return requester.kind === 'administrator' ? subject !== authority : requester.server === subject;
}
