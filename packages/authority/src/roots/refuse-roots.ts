import { type Problem, spkiHash } from '@entente/pki';
import type { Ledger } from '@entente/pki/ledger';
import type { IssuerStore } from '@entente/pki/node';
import { type EnterpriseRoot, enterpriseRoots, type Topology } from '@entente/topology';
import { DomainRoots, nameOfRoot } from './domain-roots.ts';
import { dependentOn, rootsLedTo } from './holders-by-root.ts';

/** What the roots of a topology that is to be published are judged by. */
export interface RefuseRootsOptions {
  readonly store: Pick<IssuerStore, 'roots' | 'live' | 'active' | 'isRevoked' | 'revokedIds'>;
  readonly ledger: Pick<Ledger, 'list'>;
  /** The topology in force. */
  readonly topology: () => Topology | undefined;
  /** FQDN of the authority, which gives itself another certificate. */
  readonly fqdn: string;
  /** Takes the answers of roots that have been brought and wait: one may have brought the root that a version lists. */
  readonly collect: () => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Names that are listed in a refusal. */
const mostNames = 20;

/**
 * Decides whether the roots that a topology lists may replace those in force. The authority has no list of a root that it has not
 * recorded: only the present root brings the next one, and a certificate with its name may be of anybody's making. It would issue nothing
 * where none of its own authorities led to one of them, and members whose certificates lead to a retired root alone could only join again;
 * administrators would be locked out.
 * @param next - verified
 * @param options - roots, certificates and time
 * @param leaveBehind - whether the administrators accept that members have to join again
 */
export async function refuseRoots(
  next: Topology,
  options: RefuseRootsOptions,
  leaveBehind: boolean,
): Promise<Problem | undefined> {
  const { fqdn, ledger, now, store, topology } = options;
  const inForce = topology();
  if (unrecorded(next, inForce, store).length > 0) await options.collect();
  const [foreign] = unrecorded(next, inForce, store);
  if (foreign !== undefined) {
    return {
      reason: 'root-unknown',
      message: `anchors.enterprise lists ${foreign.name}, and the authority has no root with the fingerprint ${spkiHash(foreign.certificate)}`,
      remedy:
        'compare the fingerprint on the machine of the root; if it is right, bring the answer of entente ca root prepare with entente ca root accept first',
      status: 422,
    };
  }
  const before = new DomainRoots({ store, topology, now });
  const after = new DomainRoots({ store, topology: () => next, now });
  const numbers = store.roots.all.map(({ number }) => number);
  if (numbers.every((number) => before.regard(number) === after.regard(number))) return undefined;
  const { withdrawn } = after.standing;
  const goesOn = store.live.some(
    ({ issuer, record, root }) =>
      (record.stage === 'active' || record.stage === 'prepared') &&
      !withdrawn.has(root) &&
      !store.isRevoked(issuer.certificate.der),
  );
  if (!goesOn) {
    return {
      reason: 'root-in-use',
      message: `issuing authority ${store.active.record.number} leads to ${nameOfRoot(after.first)}, which would be ${after.regard(after.first.number)}, and no other one could take over: nothing could be issued`,
      remedy:
        'list this root as active (entente topology root activate), beside the next one, until the next one has certified an issuing authority: while both are active, the authority writes root-request-<number>.json within a minute; sign it with entente ca root sign, bring the answer back with entente ca root accept, and entente ca rollover shows the issuing authority',
      status: 422,
    };
  }
  const retired = numbers.filter((number) => before.isBelieved(number) && !after.isBelieved(number));
  if (retired.length === 0 || leaveBehind) return undefined;
  const unbelieved = new Set(numbers.filter((number) => !after.isBelieved(number)));
  const ledTo = await rootsLedTo(ledger, store, now());
  const members = [...next.servers.keys()].filter((server) => server !== fqdn);
  const administrators = next.document.administrators.keys.map(({ id }) => id);
  const left = dependentOn(ledTo.servers, members, unbelieved);
  const out = dependentOn(ledTo.administrators, administrators, unbelieved);
  if (left.length === 0 && out.length === 0) return undefined;
  const who = [
    ...(left.length === 0 ? [] : [counted(left, 'server')]),
    ...(out.length === 0 ? [] : [counted(out, 'administrator')]),
  ];
  return {
    reason: 'members-left-behind',
    message: `the only valid certificates of some lead to a root that this version retires: ${who.join('; ')}`,
    remedy: [
      ...(left.length === 0
        ? []
        : [
            'wait until the servers have renewed, which entente ca rollover shows, or publish with --leave-behind: these servers then join again with a token from entente join-token',
          ]),
      ...(out.length === 0
        ? []
        : [
            'each of the administrators gets the next certificate with entente cert renew; with --leave-behind they are locked out until entente ca administrator certifies them again on the host of the authority',
          ]),
    ].join('; '),
    status: 422,
  };
}

/** The roots that a version lists and the one in force does not, and that are not among those of the authority. */
function unrecorded(
  next: Topology,
  inForce: Topology | undefined,
  { roots }: RefuseRootsOptions['store'],
): readonly EnterpriseRoot[] {
  const listed = (inForce === undefined ? undefined : enterpriseRoots(inForce)) ?? [];
  const known = new Set(
    [
      ...roots.all.map(({ certificate }) => certificate.der),
      ...listed.map(({ certificate }) => certificate),
    ].map(spkiHash),
  );
  return (enterpriseRoots(next) ?? []).filter(({ certificate }) => !known.has(spkiHash(certificate)));
}

/** How many, of what, and who. */
function counted(names: readonly string[], what: string): string {
  const named = names.slice(0, mostNames).join(', ');
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : '';
  return `${names.length} ${names.length === 1 ? what : `${what}s`}: ${named}${more}`;
}
