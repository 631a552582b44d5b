import type { InterfaceEntry, ServerEntry, TopologyDocument } from '../document/document.ts';
import type { Path } from '../terms/problem.ts';
import { defaultPorts, type InterfaceName, type Role, sipRoles, zoneOfRole } from '../terms/roles.ts';
import type { Report } from './report.ts';

const outboundOnlyRoles: readonly Role[] = ['trusted-application', 'gateway'];

/** Checks that each server's entry fits its role, and that no two servers listen at the same address and port. */
export function checkServers(document: TopologyDocument, report: Report): void {
  const listeners = new Map<string, string>();
  for (const [index, server] of document.servers.entries()) {
    const path = ['servers', index];
    checkZone(server, path, report);
    checkFlags(server, path, report);
    for (const side of ['internal', 'external'] as const) {
      const entry = server.interfaces?.[side];
      if (entry === undefined) continue;
      const sidePath = [...path, 'interfaces', side];
      if (checkInterface(server, side, entry, sidePath, report)) {
        checkListeners(server, side, entry, sidePath, listeners, report);
      }
    }
  }
}

function checkZone(server: ServerEntry, path: Path, report: Report): void {
  const expected = zoneOfRole[server.role];
  if (server.zone === undefined || server.zone === expected) return;
  report(
    server.role === 'edge' ? 'edge-in-internal-zone' : 'zone-not-for-role',
    [...path, 'zone'],
    `The ${server.role} ${server.fqdn} belongs in the ${expected} zone, not in the ${server.zone} zone.`,
    `Write ${expected}, or leave the zone out.`,
  );
}

function checkFlags(server: ServerEntry, path: Path, report: Report): void {
  const { flags, role } = server;
  if (flags?.outboundOnly === true && !outboundOnlyRoles.includes(role)) {
    report(
      'flag-not-for-role',
      [...path, 'flags', 'outboundOnly'],
      `A ${role} must be able to open connections; only ${outboundOnlyRoles.join(' and ')} can be outbound-only.`,
      'Remove the flag, or narrow single rows under "links".',
    );
  }
  if (flags?.trustedWithIdentities === true && role !== 'gateway') {
    report(
      'flag-not-for-role',
      [...path, 'flags', 'trustedWithIdentities'],
      `Only gateways are told or not told who a caller is; ${server.fqdn} is a ${role}.`,
      'Remove the flag.',
    );
  }
  if (flags?.treatAsAuthenticated === false && authenticatingRoles.includes(role)) {
    report(
      'flag-not-for-role',
      [...path, 'flags', 'treatAsAuthenticated'],
      `A ${role} authenticates users itself, so other servers believe what it says of them.`,
      'Remove the flag.',
    );
  }
  if (
    flags?.assertsUsers === true &&
    (role !== 'trusted-application' || flags.treatAsAuthenticated === false)
  ) {
    report(
      'flag-not-for-role',
      [...path, 'flags', 'assertsUsers'],
      role === 'trusted-application'
        ? 'An application that is not treated as authenticated is not believed about users either.'
        : `Only a trusted application can be given the right to speak as users, not a ${role}.`,
      'Remove the flag.',
    );
  }
  if (flags?.treatAsAuthenticated === true && (role === 'edge' || !sipRoles.includes(role))) {
    report(
      'flag-not-for-role',
      [...path, 'flags', 'treatAsAuthenticated'],
      role === 'edge'
        ? 'An edge does not authenticate users, so the requests that it forwards must be authenticated behind it.'
        : `A ${role} does not send SIP requests.`,
      'Remove the flag.',
    );
  }
}

/** Servers that authenticate users: others believe what they assert, whatever their entry says. */
const authenticatingRoles: readonly Role[] = ['front-end', 'director'];

/** @returns whether the role has such an interface */
function checkInterface(
  server: ServerEntry,
  side: InterfaceName,
  entry: InterfaceEntry,
  path: Path,
  report: Report,
): boolean {
  const usual = defaultPorts[server.role][side];
  if (usual === undefined) {
    report(
      'interface-not-for-role',
      path,
      `A ${server.role} does not have an ${side} interface.`,
      'Remove it: only edges and reverse proxies have an external interface.',
    );
    return false;
  }
  if (side === 'external' && entry.fqdn === undefined) {
    report(
      'external-name-missing',
      path,
      `The external interface of ${server.fqdn} needs a name and a certificate of its own.`,
      'Add "fqdn", e.g. access.contoso.example.',
    );
  }
  if (side === 'internal' && entry.fqdn !== undefined && entry.fqdn !== server.fqdn) {
    report(
      'duplicate-name',
      [...path, 'fqdn'],
      `The internal interface must have the server's own name ${server.fqdn}, not ${entry.fqdn}.`,
      'Leave "fqdn" out here.',
    );
  }
  for (const service of Object.keys(entry.ports ?? {})) {
    if (service in usual) continue;
    report(
      'service-not-for-role',
      [...path, 'ports', service],
      `The ${side} interface of a server with the role ${server.role} does not offer ${service}; it offers ${Object.keys(usual).join(', ')}.`,
      'Remove the port, or correct its name.',
    );
  }
  checkSipNames(server, entry, path, report);
  return true;
}

function checkSipNames(server: ServerEntry, entry: InterfaceEntry, path: Path, report: Report): void {
  const isPublic = entry.certificate === 'public';
  if (!isPublic && sipRoles.includes(server.role)) return;
  for (const [index, name] of (entry.names ?? []).entries()) {
    if (!name.startsWith('sip:')) continue;
    report(
      'name-unusable',
      [...path, 'names', index],
      isPublic
        ? `A public CA does not issue URI names, and no DNS name would count beside ${name} (RFC 5922 §7.1).`
        : `A ${server.role} does not speak SIP, and its DNS names would not count beside ${name} (RFC 5922 §7.1).`,
      `Write ${name.slice(4)}, without sip:.`,
    );
  }
}

function checkListeners(
  server: ServerEntry,
  side: InterfaceName,
  entry: InterfaceEntry,
  path: Path,
  listeners: Map<string, string>,
  report: Report,
): void {
  if (entry.address === undefined) return;
  const ports = { ...defaultPorts[server.role][side], ...entry.ports };
  const own = `${server.fqdn} (${side})`;
  for (const [service, port] of Object.entries(ports)) {
    // Port 80 for validation is open only while the server requests a certificate.
    if (port === undefined || service === 'validation') continue;
    const key = `${entry.address} ${port}`;
    const owner = listeners.get(key);
    if (owner === undefined) listeners.set(key, own);
    else if (owner !== own) {
      report(
        'duplicate-listener',
        entry.ports !== undefined && service in entry.ports
          ? [...path, 'ports', service]
          : [...path, 'address'],
        `${own} and ${owner} both listen at ${entry.address} port ${port}.`,
        'Give one of the two another port or address.',
      );
    }
  }
}
