import { checkIsWhole } from '../document/check-is-document.ts';
import type {
  AdministratorKey,
  DomainEntry,
  LinkNarrowing,
  PoolEntry,
  ServerEntry,
  StoreEntry,
  TopologyDocument,
} from '../document/document.ts';
import type { EnterpriseAnchorReference } from '../document/partner.ts';
import { effectivePolicies } from '../document/policies.ts';
import { effectiveTelephony } from '../document/telephony.ts';
import { links } from '../matrix/links.ts';
import type { Path } from '../terms/problem.ts';
import type { Change, Effect } from './change.ts';
import { diffAnchors, diffPartner, diffProvider, partnerAdded, partnerRemoved } from './diff-partners.ts';
import { isSame, Recorder } from './recorder.ts';

/**
 * Compares two documents and says for each difference whose signatures it needs.
 *
 * `narrowing` is a short list of changes that allow no party more than before: removing servers, stores, partners and anchors,
 * blocking, closing links, taking away privileges. Every other change needs a quorum; so does narrowing a link over which the others would
 * take the change back, or without which outsiders go another way.
 *
 * @param before - the document in force
 * @param after - the one that is to replace it; both of the right shape
 * @returns in the order of the document; empty where the two are the same
 */
export function diffTopologies(before: TopologyDocument, after: TopologyDocument): readonly Change[] {
  checkIsWhole(before, 'diffTopologies');
  checkIsWhole(after, 'diffTopologies');
  const record = new Recorder();
  for (const field of ['version', 'previous', 'issued'] as const) {
    record.value(before[field], after[field], [field], 'chain');
  }
  record.value(before.network, after.network, ['network'], 'quorum');
  record.value(before.expires, after.expires, ['expires'], 'quorum');
  record.value(before.title, after.title, ['title'], 'cosmetic');
  diffAdministrators(record, before, after);
  diffRoots(record, before, after);
  record.entries(before.sites, after.sites, ['sites'], (site) => site.id, {
    added: () => 'cosmetic',
    removed: () => 'cosmetic',
    both: (old, site, path) => record.value(old, site, path, 'cosmetic'),
  });
  diffDomains(record, before, after);
  diffPools(record, before, after);
  diffServers(record, before, after);
  diffStores(record, before, after);
  diffUsers(record, before, after);
  const discovery = effectivePolicies(after.policies).federation.discovery;
  record.entries(before.partners, after.partners, ['partners'], (partner) => partner.id, {
    added: partnerAdded,
    removed: (partner) => partnerRemoved(partner, discovery),
    both: (old, partner, path) => diffPartner(record, old, partner, path, discovery),
  });
  record.entries(before.providers, after.providers, ['providers'], (provider) => provider.id, {
    added: () => 'quorum',
    removed: () => (discovery ? 'quorum' : 'narrowing'),
    both: (old, provider, path) => diffProvider(record, old, provider, path, discovery),
  });
  diffLinks(record, before, after);
  diffPolicies(record, before, after);
  diffTelephony(record, before, after);
  return record.changes;
}

function diffAdministrators(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  const path: Path = ['administrators'];
  const { administrators: old } = before;
  const { administrators } = after;
  record.value(old.required, administrators.required, [...path, 'required'], 'administrators');
  record.entries<AdministratorKey>(old.keys, administrators.keys, [...path, 'keys'], (key) => key.id, {
    added: () => 'administrators',
    removed: () => 'administrators',
    both: (oldKey, key, at) => {
      record.value(oldKey.algorithm, key.algorithm, [...at, 'algorithm'], 'administrators');
      record.value(oldKey.publicKey, key.publicKey, [...at, 'publicKey'], 'administrators');
      record.value(oldKey.title, key.title, [...at, 'title'], 'cosmetic');
    },
  });
}

function diffRoots(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  const old = before.anchors;
  const anchors = after.anchors;
  const path: Path = ['anchors'];
  // Without a list of enterprise roots a member trusts those it joined with: another set, not a smaller one.
  if ((old?.enterprise === undefined) !== (anchors?.enterprise === undefined)) {
    record.value(old?.enterprise, anchors?.enterprise, [...path, 'enterprise'], 'quorum');
  } else {
    diffOwnRoots(record, old?.enterprise, anchors?.enterprise, [...path, 'enterprise']);
  }
  diffAnchors(record, old?.federation, anchors?.federation, [...path, 'federation']);
}

/**
 * Every change of our own roots needs the quorum, removal too: a single administrator could otherwise cut off every server below a
 * root.
 */
function diffOwnRoots(
  record: Recorder,
  before: readonly EnterpriseAnchorReference[] | undefined,
  after: readonly EnterpriseAnchorReference[] | undefined,
  path: Path,
): void {
  record.entries(before, after, path, (anchor) => anchor.name, {
    added: () => 'quorum',
    removed: () => 'quorum',
    both: (old, anchor, at) => {
      for (const field of ['sha256', 'certificate', 'maxDepth', 'notAfter', 'stage'] as const) {
        record.value(old[field], anchor[field], [...at, field], 'quorum');
      }
    },
  });
}

function diffDomains(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  record.entries<DomainEntry>(before.domains, after.domains, ['domains'], (domain) => domain.name, {
    added: () => 'quorum',
    // A partner could speak for a domain that is not ours any more.
    removed: () => 'quorum',
    both: (old, domain, path) => {
      record.value(old.pool, domain.pool, [...path, 'pool'], 'quorum');
      record.value(old.title, domain.title, [...path, 'title'], 'cosmetic');
    },
  });
}

function diffPools(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  record.entries<PoolEntry>(before.pools, after.pools, ['pools'], (pool) => pool.fqdn, {
    added: () => 'quorum',
    removed: () => 'narrowing',
    both: (old, pool, path) => {
      record.value(old.role, pool.role, [...path, 'role'], 'quorum');
      record.value(old.site, pool.site, [...path, 'site'], 'cosmetic');
      record.value(old.title, pool.title, [...path, 'title'], 'cosmetic');
      const at = [...path, 'domains'];
      if (old.domains === undefined || pool.domains === undefined) {
        record.value(old.domains, pool.domains, at, old.domains === undefined ? 'narrowing' : 'quorum');
      } else {
        record.names(old.domains, pool.domains, at, { shrinking: 'narrowing', growing: 'quorum' });
      }
    },
  });
}

function diffServers(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  /** Whether others of the role may be out of reach of those who need one: none is left, or some of its links are closed or narrower. */
  const mayBeLast = (role: ServerEntry['role'], rows: readonly number[]): boolean =>
    !after.servers.some((server) => server.role === role) ||
    (after.links ?? []).some(({ row }) => rows.includes(row));
  record.entries<ServerEntry>(before.servers, after.servers, ['servers'], (server) => server.fqdn, {
    added: () => 'quorum',
    // Without an authority nothing can be taken back: no certificate, and no later version reaches a member. Without a director what outsiders
    // send reaches front ends that it did not reach before.
    removed: ({ role }) => {
      const rows = neededLinks.get(role);
      return rows !== undefined && mayBeLast(role, rows) ? 'quorum' : 'narrowing';
    },
    both: (old, server, path) => {
      record.value(old.role, server.role, [...path, 'role'], 'quorum');
      record.value(old.pool, server.pool, [...path, 'pool'], 'quorum');
      record.value(old.site, server.site, [...path, 'site'], 'cosmetic');
      // The zone follows from the role; a check holds that the entry says the same.
      record.value(old.zone, server.zone, [...path, 'zone'], 'cosmetic');
      record.value(old.title, server.title, [...path, 'title'], 'cosmetic');
      const flags = [...path, 'flags'];
      const found = record.changes.length;
      for (const [flag, narrower] of flagDirections) {
        const usual = flag === 'treatAsAuthenticated' && server.role === 'trusted-application';
        const was = old.flags?.[flag] ?? usual;
        const is = server.flags?.[flag] ?? usual;
        record.value(was, is, [...flags, flag], is === narrower ? 'narrowing' : 'quorum');
      }
      recordSpelling(record, found, old.flags, server.flags, flags);
      diffInterfaces(record, old, server, [...path, 'interfaces']);
    },
  });
}

/** The links without which others go another way, or hear of nothing that takes a change back, by the role at their end. */
const neededLinks: ReadonlyMap<ServerEntry['role'], readonly number[]> = new Map([
  ['director', [links.edgeToDirector.row]],
  ['authority', [links.memberToAuthority.row, links.authorityToEdge.row, links.administratorToAuthority.row]],
]);

/** The value of each flag that allows a server less; a change of a flag without one always needs a quorum. */
const flagDirections = [
  ['treatAsAuthenticated', false],
  ['throttleAsServer', undefined],
  ['outboundOnly', true],
  ['trustedWithIdentities', false],
  ['requiresReplication', undefined],
  ['assertsUsers', false],
] as const;

/** Records that the two differ in spelling only: no rule has found a change, for example where a default was written out. */
function recordSpelling(record: Recorder, found: number, before: unknown, after: unknown, path: Path): void {
  if (record.changes.length > found || isSame(before, after)) return;
  record.add('changed', 'cosmetic', path, `${path.join(' › ')}: written differently`);
}

function diffInterfaces(record: Recorder, old: ServerEntry, server: ServerEntry, path: Path): void {
  const found = record.changes.length;
  record.value(old.interfaces?.internal, server.interfaces?.internal, [...path, 'internal'], 'quorum');
  const was = old.interfaces?.external;
  const is = server.interfaces?.external;
  record.value(was, is, [...path, 'external'], is === undefined ? 'narrowing' : 'quorum');
  recordSpelling(record, found, old.interfaces, server.interfaces, path);
}

function diffStores(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  record.entries<StoreEntry>(before.stores, after.stores, ['stores'], (store) => store.fqdn, {
    added: () => 'quorum',
    removed: () => 'narrowing',
    both: (old, store, path) => {
      record.value({ ...old, title: undefined }, { ...store, title: undefined }, path, 'quorum');
      record.value(old.title, store.title, [...path, 'title'], 'cosmetic');
    },
  });
}

function diffUsers(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  const old = before.users ?? {};
  const users = after.users ?? {};
  if (old === users) return;
  const found = record.changes.length;
  const homes = new Set(
    after.domains.filter((domain) => domain.pool !== undefined).map((domain) => domain.name),
  );
  for (const [user, home] of Object.entries(users)) {
    record.value(Object.hasOwn(old, user) ? old[user] : undefined, home, ['users', user], 'quorum');
  }
  for (const user of Object.keys(old)) {
    if (Object.hasOwn(users, user)) continue;
    // Where the domain has a home of its own the user would move there, not go.
    const moves = homes.has(user.slice(user.indexOf('@') + 1));
    record.value(old[user], undefined, ['users', user], moves ? 'quorum' : 'narrowing');
  }
  recordSpelling(record, found, before.users, after.users, ['users']);
}

/**
 * Rows that one administrator alone does not narrow. Over those of the authority a network hears of the next version, and administrators publish
 * it; an edge that may not send to directors hands outsiders to front ends.
 */
const quorumRows: ReadonlySet<number> = new Set(
  [links.edgeToDirector, links.memberToAuthority, links.authorityToEdge, links.administratorToAuthority].map(
    ({ row }) => row,
  ),
);

function diffLinks(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  const names = new Set([
    ...after.servers.map((server) => server.fqdn),
    ...(after.pools ?? []).map((pool) => pool.fqdn),
  ]);
  const found = record.changes.length;
  const old = (before.links ?? []).flatMap((narrowing) => withoutLostNames(narrowing, names));
  record.entries<LinkNarrowing>(old, after.links ?? [], ['links'], linkKey, {
    added: ({ row }) => (quorumRows.has(row) ? 'quorum' : 'narrowing'),
    removed: (): Effect => 'quorum',
    both: () => {},
  });
  recordSpelling(record, found, before.links, after.links, ['links']);
}

/** A narrowing that names a removed server still applies to the others; one that names no other has no effect any more. */
function withoutLostNames(narrowing: LinkNarrowing, names: ReadonlySet<string>): readonly LinkNarrowing[] {
  const a = narrowing.a?.filter((name) => names.has(name));
  const b = narrowing.b?.filter((name) => names.has(name));
  if (a?.length === 0 || b?.length === 0) return [];
  return [{ ...narrowing, a, b }];
}

function linkKey(narrowing: LinkNarrowing): string {
  const { row, closed, mayOpen, maySend } = narrowing;
  const what = closed ? 'closed' : `open ${mayOpen ?? '*'}, send ${maySend ?? '*'}`;
  const side = (names: readonly string[] | undefined) =>
    names === undefined ? '*' : [...names].sort().join(' ');
  return `row ${row} (${what}) ${side(narrowing.a)} – ${side(narrowing.b)}`;
}

/** Each of them decides where calls go, and emergency calls too: none is narrower than another. */
function diffTelephony(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  const found = record.changes.length;
  const old = effectiveTelephony(before.telephony);
  const telephony = effectiveTelephony(after.telephony);
  for (const field of ['rules', 'routes', 'emergencyNumbers', 'healthSeconds'] as const) {
    record.value<unknown>(old[field], telephony[field], ['telephony', field], 'quorum');
  }
  recordSpelling(record, found, before.telephony, after.telephony, ['telephony']);
}

function diffPolicies(record: Recorder, before: TopologyDocument, after: TopologyDocument): void {
  const found = record.changes.length;
  const old = effectivePolicies(before.policies);
  const policies = effectivePolicies(after.policies);
  for (const group of ['trustState', 'revocation', 'federation', 'media'] as const) {
    record.value<unknown>(old[group], policies[group], ['policies', group], 'quorum');
  }
  recordSpelling(record, found, before.policies, after.policies, ['policies']);
}
