import type { TopologyDocument } from '../document/document.ts';
import type { Partner, Provider } from '../document/partner.ts';
import type { Path } from '../terms/problem.ts';
import { checkAnchors } from './check-anchors.ts';
import type { Report } from './report.ts';

interface Listed {
  readonly entry: Partner | Provider;
  readonly path: Path;
  readonly blocked: boolean;
}

/** Checks that partners speak for their own domains only, and that each domain has one entry. */
export function checkPartners(document: TopologyDocument, report: Report): void {
  const listed = allEntries(document);
  const owners = checkDomains(document, listed, report);
  checkOverlaps(listed, owners, report);
  const ourNames = new Set<string>();
  for (const server of document.servers) {
    ourNames.add(server.fqdn);
    if (server.interfaces?.external?.fqdn !== undefined) ourNames.add(server.interfaces.external.fqdn);
  }
  const shared = document.anchors?.federation !== undefined;
  for (const { entry, path, blocked } of listed) {
    if ('fqdn' in entry && ourNames.has(entry.fqdn)) {
      report(
        'partner-server-ours',
        [...path, 'fqdn'],
        `${entry.fqdn}, pinned for ${entry.id}, is one of our own servers.`,
        'Name the edge of the partner.',
      );
    }
    if (blocked || !('domains' in entry)) continue;
    const anchors = 'anchors' in entry ? entry.anchors : undefined;
    if (anchors !== undefined) checkAnchors(anchors, [...path, 'anchors'], report);
    else if (!shared) {
      report(
        'partner-without-anchors',
        [...path, 'id'],
        `No certificate of ${entry.id} can be accepted: the entry has no anchors, and the document has no federation anchors.`,
        path[0] === 'partners'
          ? `Add its root with entente topology add anchor --partner ${entry.id} --certificate <file>, or a shared CA with --federation.`
          : 'Add its root under "anchors" of the entry, or a shared CA with entente topology add anchor --federation --certificate <file>.',
      );
    }
  }
  const federation = document.anchors?.federation;
  if (federation !== undefined) checkAnchors(federation, ['anchors', 'federation'], report);
}

function allEntries(document: TopologyDocument): readonly Listed[] {
  return [
    ...(document.partners ?? []).map((entry, index) => ({
      entry,
      path: ['partners', index],
      blocked: entry.kind === 'blocked',
    })),
    ...(document.providers ?? []).map((entry, index) => ({
      entry,
      path: ['providers', index],
      blocked: false,
    })),
  ];
}

function checkDomains(
  document: TopologyDocument,
  listed: readonly Listed[],
  report: Report,
): ReadonlyMap<string, Listed> {
  const ours = new Set(document.domains.map((domain) => domain.name));
  const owners = new Map<string, Listed>();
  for (const item of listed) {
    for (const [index, domain] of item.entry.domains.entries()) {
      const path = [...item.path, 'domains', index];
      const ancestor = parents(domain).find((parent) => ours.has(parent));
      if (ours.has(domain) || ancestor !== undefined) {
        report(
          'partner-domain-ours',
          path,
          ancestor === undefined
            ? `${domain} is a SIP domain of ours: a partner cannot speak for it, and we cannot block it.`
            : `${domain} is below ${ancestor}, which is a domain of ours: anchors of partners do not count there.`,
          `Remove the domain from ${item.entry.id}.`,
        );
      }
      const other = owners.get(domain);
      if (other === undefined) owners.set(domain, item);
      else if (other.blocked !== item.blocked) {
        report(
          'allowed-and-blocked',
          path,
          `${domain} is allowed by ${(item.blocked ? other : item).entry.id} and blocked by ${(item.blocked ? item : other).entry.id}.`,
          'Remove one of the two.',
        );
      } else {
        report(
          'partner-domain-twice',
          path,
          `${domain} is listed by ${other.entry.id} and by ${item.entry.id}.`,
          'List each domain once, so that it is clear which entry applies.',
        );
      }
    }
  }
  for (const [index, domain] of document.domains.entries()) {
    const parent = parents(domain.name).find((name) => owners.get(name)?.blocked === false);
    if (parent === undefined) continue;
    report(
      'partner-domains-overlap',
      ['domains', index, 'name'],
      `Our domain ${domain.name} is below ${parent}, a domain of ${owners.get(parent)?.entry.id}.`,
      'Make sure that this is intended; the partner cannot speak for our domain.',
    );
  }
  return owners;
}

/** Anchors of a partner count below its domains too, so a domain below another partner's is shared with that partner's CA. */
function checkOverlaps(listed: readonly Listed[], owners: ReadonlyMap<string, Listed>, report: Report): void {
  for (const item of listed) {
    for (const [index, domain] of item.entry.domains.entries()) {
      for (const parent of parents(domain)) {
        const other = owners.get(parent);
        if (other === undefined || other.entry === item.entry || other.blocked || item.blocked) continue;
        report(
          'partner-domains-overlap',
          [...item.path, 'domains', index],
          `${domain} of ${item.entry.id} is below ${parent} of ${other.entry.id}, whose anchors count there too.`,
          'Make sure that the one partner may vouch for the other, or put both into one entry.',
        );
      }
    }
  }
}

function parents(domain: string): readonly string[] {
  const names: string[] = [];
  for (let at = domain.indexOf('.'); at !== -1; at = domain.indexOf('.', at + 1))
    names.push(domain.slice(at + 1));
  return names;
}
