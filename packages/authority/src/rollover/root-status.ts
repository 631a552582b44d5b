import { isRootListDue, type RolloverWarning, rootListDue, rootListWarnings } from '@entente/pki';
import type { Ledger } from '@entente/pki/ledger';
import type { IssuerStore, StoredRoot } from '@entente/pki/node';
import type { Role, Topology } from '@entente/topology';
import type { MemberStatuses } from '../member-status/member-status.ts';
import { type DomainRoots, nameOfRoot, type RootRegard } from '../roots/domain-roots.ts';
import { dependentOn, independentSince, rootsLedTo } from '../roots/holders-by-root.ts';

/** A root, for people. Times in milliseconds since 1970. */
export interface RootStatus {
  readonly number: number;
  readonly id: string;
  readonly subject: string;
  readonly stage: RootRegard;
  readonly notAfter: number;
  /** Whether those who believe the root before alone reach it. */
  readonly isReached: boolean;
  readonly list: { readonly number: number; readonly nextUpdate: number; readonly due: number };
  /** Numbers of the issuing authorities that it has certified and that are not retired. */
  readonly issuers: readonly number[];
  /** Servers all of whose valid certificates lead to it. */
  readonly dependents: readonly string[];
  /** Administrators of whom the same is true: nothing renews for them. */
  readonly dependentAdministrators: readonly string[];
  /** What would be done next; absent where nothing is. */
  readonly next?: string;
}

/** What the status of the roots is made of. */
export interface RootStatusOptions {
  readonly store: Pick<IssuerStore, 'roots' | 'live' | 'active' | 'revokedIds'>;
  readonly roots: DomainRoots;
  readonly ledger: Pick<Ledger, 'list'>;
  readonly standings: Pick<MemberStatuses, 'list'>;
  readonly topology: Topology | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Every root of a domain: how the topology regards it, who depends on it, and what the next step would do. */
export async function rootStatus(options: RootStatusOptions): Promise<readonly RootStatus[]> {
  const { ledger, now, roots, store, topology } = options;
  const ledTo = await rootsLedTo(ledger, store, now);
  const administrators = (topology?.document.administrators.keys ?? []).map(({ id }) => id);
  const servers = [...(topology?.servers.keys() ?? [])];
  const behind = behindIn(options);
  return store.roots.all.map((root) => {
    const { certificate, cross, crl, id, number } = root;
    const only = new Set([number]);
    const dependents = dependentOn(ledTo.servers, servers, only);
    const dependentAdministrators = dependentOn(ledTo.administrators, administrators, only);
    const since = independentSince(ledTo.servers, only);
    const next = nextOf(root, options, { dependents, dependentAdministrators, since }, behind);
    return {
      number,
      id,
      subject: certificate.subject.toString(),
      stage: roots.regard(number),
      notAfter: certificate.notAfter,
      isReached: cross !== undefined && now <= cross.notAfter,
      list: {
        number: crl.number,
        nextUpdate: crl.nextUpdate,
        due: isRootListDue(crl, now) ? Math.min(now, rootListDue(crl)) : rootListDue(crl),
      },
      issuers: store.live.filter((one) => one.root === number).map(({ record }) => record.number),
      dependents,
      dependentAdministrators,
      ...(next === undefined ? {} : { next }),
    };
  });
}

/** Servers that have not said that the topology in force is in force there. */
function behindIn({ standings, topology }: RootStatusOptions): readonly string[] {
  const version = topology?.document.version ?? 0;
  return standings
    .list()
    .filter(({ role, standing }) => !reportsNothing.has(role) && (standing?.topology ?? 0) < version)
    .map(({ server }) => server);
}

/** The servers of others, which never say what they have: somebody installs the next root there. */
function byHandIn(topology: Topology | undefined): readonly string[] {
  return [...(topology?.servers.values() ?? [])]
    .filter(({ role }) => role !== 'authority' && reportsNothing.has(role))
    .map(({ fqdn }) => fqdn);
}

const reportsNothing: ReadonlySet<string> = new Set<Role>(['authority', 'gateway', 'reverse-proxy']);

function nextOf(
  { certificate, number }: StoredRoot,
  { now, roots, store, topology }: RootStatusOptions,
  { dependents, dependentAdministrators, since = 0 }: Dependence,
  behind: readonly string[],
): string | undefined {
  const { inUse } = roots.standing;
  const activeRoot = store.active.root;
  switch (roots.regard(number)) {
    case 'unlisted':
      return 'entente topology root prepare lists it, so that members believe it';
    case 'prepared':
      return behind.length === 0
        ? `every server has the topology that lists it; ${byHand(byHandIn(topology))}entente topology root activate lets it certify`
        : `${byHand(byHandIn(topology))}wait for ${counted(behind)}, which have not said that they have the topology that lists it`;
    case 'active':
      if (number === inUse)
        return activeRoot === number
          ? undefined
          : 'it certifies the next issuing authority, which takes over an hour later';
      return activeRoot === number
        ? `wait until root ${inUse} has certified an issuing authority, and that has taken over`
        : `entente topology root taint lets ${dependents.length === 0 ? 'no server' : counted(dependents)} renew at once`;
    case 'tainted':
      if (dependents.length > 0)
        return `wait for ${counted(dependents)}, whose valid certificates lead to it alone`;
      if (dependentAdministrators.length > 0)
        return `wait for ${counted(dependentAdministrators, 'administrator')}, who must renew: entente cert renew`;
      return now < since + dialledAgainMs
        ? `no server and no administrator depends on it; open connections may until ${new Date(since + dialledAgainMs).toISOString()}: entente topology root retire from then on`
        : 'no server and no administrator depends on it; entente topology root retire ends that members believe it';
    case 'retired':
      return `it is believed no more; the certificate of the next root by it ends on ${new Date(certificate.notAfter).toISOString().slice(0, 10)} at the latest`;
  }
}

/** What to do at servers that take no topology. */
function byHand(servers: readonly string[]): string {
  return servers.length === 0
    ? ''
    : `install this root beside the present one by hand on ${counted(servers)}, whose programs read no topology; then `;
}

/** Who depends on a root, and since when no server does: milliseconds since 1970. */
interface Dependence extends Pick<RootStatus, 'dependents' | 'dependentAdministrators'> {
  readonly since: number | undefined;
}

/** Servers dial each other again within this time: a connection that is open was judged by the certificate of before until then, milliseconds. */
const dialledAgainMs = 86_400_000;
/** Names in a sentence. */
const mostNames = 5;

function counted(names: readonly string[], what = 'server'): string {
  const named = names.slice(0, mostNames).join(', ');
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : '';
  return `${names.length} ${names.length === 1 ? what : `${what}s`} (${named}${more})`;
}

/**
 * The lists of roots that end soon: each believed root but the one in use, whose list is among the other warnings.
 * @param now - milliseconds since 1970
 */
export function otherListWarnings(
  roots: Pick<DomainRoots, 'withLists' | 'standing'>,
  now: number,
): readonly RolloverWarning[] {
  const { inUse } = roots.standing;
  return roots.withLists
    .filter(({ number }) => number !== inUse)
    .flatMap((root) => rootListWarnings(root.crl, now, nameOfRoot(root)));
}
