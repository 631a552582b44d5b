import type { LinkNarrowing, TopologyDocument } from '../document/document.ts';
import { narrowDirection, type Row } from '../matrix/link-row.ts';
import { isSymmetric } from '../matrix/link-rules.ts';
import { allowMatrix, links } from '../matrix/links.ts';
import type { Path } from '../terms/problem.ts';
import type { Role } from '../terms/roles.ts';
import type { Report } from './report.ts';

/** Checks that entries for rows only narrow them, and that every role in use has the servers that it needs. */
export function checkLinks(document: TopologyDocument, report: Report): void {
  const rolesByName = new Map<string, Role>();
  for (const pool of document.pools ?? []) rolesByName.set(pool.fqdn, pool.role);
  for (const server of document.servers) rolesByName.set(server.fqdn, server.role);
  for (const [index, narrowing] of (document.links ?? []).entries()) {
    const row = allowMatrix.find((candidate) => candidate.row === narrowing.row);
    if (row !== undefined) checkNarrowing(row, narrowing, ['links', index], rolesByName, report);
  }
  checkNeighbours(document, report);
}

function checkNarrowing(
  row: Row,
  narrowing: LinkNarrowing,
  path: Path,
  rolesByName: ReadonlyMap<string, Role>,
  report: Report,
): void {
  const { closed, mayOpen, maySend } = narrowing;
  if (closed === undefined && mayOpen === undefined && maySend === undefined) {
    report(
      'narrowing-empty',
      path,
      `The entry for row ${row.row} changes nothing.`,
      'Write closed: true, mayOpen or maySend, or remove the entry.',
    );
  }
  for (const [field, wanted] of [
    ['mayOpen', mayOpen],
    ['maySend', maySend],
  ] as const) {
    if (wanted === undefined) continue;
    if (narrowDirection(row[field], wanted) === 'none') {
      report(
        'link-widened',
        [...path, field],
        `Row ${row.row} allows "${field}" for ${row[field]} only. Allowing it for ${wanted} would widen the row, which a topology cannot do.`,
        'Remove the entry, or write closed: true to forbid the link.',
      );
    } else if (row[field] === wanted) {
      report(
        'narrowing-empty',
        [...path, field],
        `Row ${row.row} already allows "${field}" for ${wanted} only.`,
        'Remove the entry.',
      );
    }
  }
  if (isSymmetric(row) && (mayOpen ?? maySend) !== undefined && !areApart(narrowing)) {
    report(
      'narrowing-ambiguous',
      path,
      `Row ${row.row} links servers of the same role, so "a" and "b" must each list servers, and no server may be in both.`,
      'List the servers of each side.',
    );
  }
  for (const side of ['a', 'b'] as const) {
    for (const [index, name] of (narrowing[side] ?? []).entries()) {
      const role = rolesByName.get(name);
      const place = [...path, side, index];
      if (role === undefined) {
        report(
          'unknown-reference',
          place,
          `This document has no server or pool named ${JSON.stringify(name)}.`,
          'Correct the name.',
        );
      } else if (!row[side].parties.includes(role)) {
        report(
          'narrowing-not-for-row',
          place,
          `Side ${side} of row ${row.row} is for ${row[side].parties.join(', ')}, but ${name} is a ${role}.`,
          'Name servers of that side, or correct the row.',
        );
      }
    }
  }
}

function areApart(narrowing: LinkNarrowing): boolean {
  const { a, b } = narrowing;
  if (a === undefined || b === undefined) return false;
  const onB = new Set(b);
  return !a.some((name) => onB.has(name));
}

function checkNeighbours(document: TopologyDocument, report: Report): void {
  const firstOf = new Map<Role, number>();
  for (const [index, server] of document.servers.entries()) {
    if (!firstOf.has(server.role)) firstOf.set(server.role, index);
  }
  const needs = (role: Role, neighbours: readonly Role[], why: string) => {
    const index = firstOf.get(role);
    if (index === undefined || neighbours.some((neighbour) => firstOf.has(neighbour))) return;
    report(
      'link-nobody-serves',
      ['servers', index, 'role'],
      `The ${role} ${document.servers[index]?.fqdn} ${why}, but there is no ${neighbours.join(' or ')}.`,
      `Add a ${neighbours[0]} (entente topology add server), or remove the ${role}.`,
    );
  };
  needs('edge', ['director', 'front-end', 'mediation'], 'forwards its requests inside');
  needs('director', ['front-end'], 'forwards its requests to front ends');
  needs('mediation', ['front-end', 'edge'], 'receives its calls from front ends');
  needs('gateway', ['mediation'], 'is reached over a mediation server');
  needs('trusted-application', ['front-end'], 'is reached over front ends');
  needs('reverse-proxy', ['web-services'], 'forwards requests to web services');
  needs('web-services', ['front-end'], 'sends its requests to front ends');
  checkDomainsServed(document, report);
  checkFederationServed(document, report);
  if (document.servers.length > 0 && !firstOf.has('authority')) {
    report(
      'no-authority',
      ['servers'],
      'No server has the role authority, so no member can join, renew its certificate or receive changes.',
      'Add the authority (entente topology add server --role authority).',
    );
  }
}

/** Clients of each of our domains need a front end that has the domain's name. */
function checkDomainsServed(document: TopologyDocument, report: Report): void {
  const frontEnds = document.servers.filter((server) => server.role === 'front-end');
  if (frontEnds.length === 0) return;
  const pools = new Map((document.pools ?? []).map((pool) => [pool.fqdn, pool]));
  const served = new Set<string>();
  for (const server of frontEnds) {
    const domains = server.pool === undefined ? undefined : pools.get(server.pool)?.domains;
    if (domains === undefined) return;
    for (const domain of domains) served.add(domain);
  }
  for (const [index, domain] of document.domains.entries()) {
    if (served.has(domain.name)) continue;
    report(
      'link-nobody-serves',
      ['domains', index, 'name'],
      `No front end serves the clients of ${domain.name} (row ${links.clientToFrontEnd.row}).`,
      'Add the domain to "domains" of a pool of front ends.',
    );
  }
}

/** Partners reach us, and we them, only over the external interface of an edge. */
function checkFederationServed(document: TopologyDocument, report: Report): void {
  const partner = (document.partners ?? []).findIndex((entry) => entry.kind !== 'blocked');
  const provider = document.providers?.length ? 0 : -1;
  if (partner === -1 && provider === -1) return;
  if (document.servers.some((server) => server.role === 'edge' && server.interfaces?.external)) return;
  report(
    'link-nobody-serves',
    partner === -1 ? ['providers', 0, 'id'] : ['partners', partner, 'id'],
    `Partners are listed, but no edge has an external interface (row ${links.federation.row}).`,
    'Add an edge with an external interface, or remove the partners.',
  );
}
