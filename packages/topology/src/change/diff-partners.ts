import type { AnchorReference, Partner, Provider } from '../document/partner.ts';
import type { Path } from '../terms/problem.ts';
import type { Effect } from './change.ts';
import type { Recorder } from './recorder.ts';

/** Whose signatures a new partner entry needs. */
export function partnerAdded(partner: Partner): Effect {
  return partner.kind === 'blocked' ? 'narrowing' : 'quorum';
}

/**
 * Whose signatures the removal of a partner entry needs.
 *
 * @param discovery - whether domains that no entry lists are allowed
 */
export function partnerRemoved(partner: Partner, discovery: boolean): Effect {
  return partner.kind === 'blocked' || discovery ? 'quorum' : 'narrowing';
}

/** Compares two states of one partner's entry. */
export function diffPartner(
  record: Recorder,
  old: Partner,
  partner: Partner,
  path: Path,
  discovery: boolean,
): void {
  record.value(old.title, partner.title, [...path, 'title'], 'cosmetic');
  if (old.kind !== partner.kind) {
    const kept = new Set(partner.domains);
    const keepsAll = old.domains.every((domain) => kept.has(domain));
    const blocks = partner.kind === 'blocked' && (keepsAll || !discovery);
    record.value(old.kind, partner.kind, [...path, 'kind'], blocks ? 'narrowing' : 'quorum');
    return;
  }
  if (old.kind === 'blocked' || partner.kind === 'blocked') {
    record.names(old.domains, partner.domains, [...path, 'domains'], {
      shrinking: 'quorum',
      growing: 'narrowing',
    });
    return;
  }
  diffListed(record, old, partner, path, discovery);
  record.value(old.bundle, partner.bundle, [...path, 'bundle'], (_, bundle) =>
    bundle === undefined ? 'narrowing' : 'quorum',
  );
  // Whose a number is decides where a call to it goes.
  record.value(old.numbers, partner.numbers, [...path, 'numbers'], 'quorum');
  if (old.kind === 'allowed-domain' && partner.kind === 'allowed-domain') {
    privilege(record, old.matchHostName, partner.matchHostName, [...path, 'matchHostName']);
  }
  if (old.kind === 'allowed-server' && partner.kind === 'allowed-server')
    diffHost(record, old, partner, path);
}

/** Compares two states of one provider's entry. */
export function diffProvider(
  record: Recorder,
  old: Provider,
  provider: Provider,
  path: Path,
  discovery: boolean,
): void {
  record.value(old.title, provider.title, [...path, 'title'], 'cosmetic');
  diffListed(record, old, provider, path, discovery);
  diffHost(record, old, provider, path);
}

interface Listed {
  readonly domains: readonly string[];
  readonly anchors?: readonly AnchorReference[] | undefined;
  readonly serverAuthOnly?: boolean | undefined;
}

function diffListed(record: Recorder, old: Listed, entry: Listed, path: Path, discovery: boolean): void {
  record.names(old.domains, entry.domains, [...path, 'domains'], {
    shrinking: discovery ? 'quorum' : 'narrowing',
    growing: 'quorum',
  });
  const anchorsAt = [...path, 'anchors'];
  // Without anchors of its own a partner is judged by the federation's: another set, not a smaller one.
  if ((old.anchors === undefined) !== (entry.anchors === undefined)) {
    record.value(old.anchors, entry.anchors, anchorsAt, 'quorum');
  } else {
    diffAnchors(record, old.anchors, entry.anchors, anchorsAt);
  }
  privilege(record, old.serverAuthOnly, entry.serverAuthOnly, [...path, 'serverAuthOnly']);
}

interface Host {
  readonly fqdn: string;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

function diffHost(record: Recorder, old: Host, host: Host, path: Path): void {
  for (const field of ['fqdn', 'address', 'port'] as const) {
    record.value(old[field], host[field], [...path, field], 'quorum');
  }
}

/** A relaxation that is off unless the entry says otherwise. */
function privilege(record: Recorder, old: boolean | undefined, now: boolean | undefined, path: Path): void {
  if (old === now) return;
  if ((old ?? false) === (now ?? false)) {
    record.add('changed', 'cosmetic', path, `${path.join(' › ')}: written differently`);
  } else {
    record.value(old ?? false, now ?? false, path, now === true ? 'quorum' : 'narrowing');
  }
}

/** Compares two lists of anchors. Fewer, shorter-lived and shallower anchors vouch for less. */
export function diffAnchors(
  record: Recorder,
  before: readonly AnchorReference[] | undefined,
  after: readonly AnchorReference[] | undefined,
  path: Path,
): void {
  record.entries(before, after, path, (anchor) => anchor.name, {
    added: () => 'quorum',
    removed: () => 'narrowing',
    both: (old, anchor, at) => {
      record.value(old.sha256, anchor.sha256, [...at, 'sha256'], 'quorum');
      record.value(old.certificate, anchor.certificate, [...at, 'certificate'], 'quorum');
      record.value(old.maxDepth, anchor.maxDepth, [...at, 'maxDepth'], isLower);
      record.value(old.notAfter, anchor.notAfter, [...at, 'notAfter'], isLower);
    },
  });
}

/** No bound is the highest. Times of the document order as texts. */
function isLower<T extends number | string>(before: T | undefined, after: T | undefined): Effect {
  return after !== undefined && (before === undefined || after < before) ? 'narrowing' : 'quorum';
}
