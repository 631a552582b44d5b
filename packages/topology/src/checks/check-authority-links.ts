import type { LinkNarrowing, ServerEntry, TopologyDocument } from '../document/document.ts';
import type { Row } from '../matrix/link-row.ts';
import { links } from '../matrix/links.ts';
import type { Report } from './report.ts';

/** Checks that each server has a link over which it hears of changes: it asks an authority, or an authority dials it. */
export function checkAuthorityLinks(document: TopologyDocument, report: Report): void {
  const authorities = document.servers.filter(({ role }) => role === 'authority');
  if (authorities.length === 0) return;
  const { authorityToEdge, memberToAuthority } = links;
  const isOpen = (row: Row, a: ServerEntry, b: ServerEntry): boolean =>
    row.a.parties.includes(a.role) &&
    row.b.parties.includes(b.role) &&
    !(document.links ?? []).some((narrowing) => closes(narrowing, row, a, b));
  for (const [index, server] of document.servers.entries()) {
    if (server.role === 'authority') continue;
    const isReached = authorities.some(
      (authority) =>
        isOpen(memberToAuthority, server, authority) || isOpen(authorityToEdge, authority, server),
    );
    if (isReached) continue;
    const isPushedTo = authorityToEdge.b.parties.includes(server.role);
    const rows = isPushedTo
      ? `Rows ${memberToAuthority.row} and ${authorityToEdge.row} are both`
      : `Row ${memberToAuthority.row} is`;
    report(
      'authority-out-of-reach',
      ['servers', index, 'fqdn'],
      `${rows} closed for the ${server.role} ${server.fqdn}, so it can neither join nor hear of any change.`,
      `Open row ${memberToAuthority.row} for it: entente topology remove ${memberToAuthority.row} --kind link --a ${server.fqdn}.`,
    );
  }
}

/** Checks that administrators may connect to an authority: closed at all of them, the link could never be opened again. */
export function checkAdministratorLinks(document: TopologyDocument, report: Report): void {
  const { row } = links.administratorToAuthority;
  const authorities = document.servers.filter(({ role }) => role === 'authority');
  const closing = (document.links ?? []).filter((entry) => entry.row === row && entry.closed === true);
  const [first] = closing;
  if (authorities.length === 0 || first === undefined) return;
  if (!authorities.every((authority) => closing.some(({ b }) => names(b, authority)))) return;
  report(
    'administrators-out-of-reach',
    ['links', (document.links ?? []).indexOf(first)],
    `Row ${row} is closed at every authority, so no administrator could ever publish another version.`,
    `Leave row ${row} open at one authority: list the others under "b".`,
  );
}

function closes(narrowing: LinkNarrowing, row: Row, a: ServerEntry, b: ServerEntry): boolean {
  if (narrowing.row !== row.row || narrowing.closed !== true) return false;
  return names(narrowing.a, a) && names(narrowing.b, b);
}

/** Whether one side of an entry is for a server; an entry without names is for all. */
function names(side: readonly string[] | undefined, { fqdn, pool }: ServerEntry): boolean {
  return side === undefined || side.includes(fqdn) || (pool !== undefined && side.includes(pool));
}
