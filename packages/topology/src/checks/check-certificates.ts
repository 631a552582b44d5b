import type { InterfaceEntry, ServerEntry, TopologyDocument } from '../document/document.ts';
import type { Report } from './report.ts';

/** Names in the certificate of a peer that the edge of a partner takes at most; docs/capacity.md says so. */
const mostNames = 512;
/** Bytes that its names may take of the 16 kB that the edge of a partner takes: key, signature and addresses of lists need the rest. */
const mostBytes = 15 * 1_024;
/** Bytes of tag and length before each name. */
const aroundName = 2;

/** Checks that edges of partners take the certificates of ours: each domain is four names of it, or two where a public CA issues. */
export function checkCertificates(document: TopologyDocument, report: Report): void {
  const hasPartners = (document.partners ?? []).some(({ kind }) => kind !== 'blocked');
  if (!hasPartners && (document.providers ?? []).length === 0) return;
  for (const [index, server] of document.servers.entries()) {
    const external = server.interfaces?.external;
    if (server.role !== 'edge' || external === undefined) continue;
    const names = namesOf(document, server, external);
    const bytes = names.reduce((sum, name) => sum + name.length + aroundName, 0);
    if (names.length <= mostNames && bytes <= mostBytes) continue;
    const found =
      names.length > mostNames
        ? `${names.length} names, and edges of partners take ${mostNames} at most`
        : `${names.length} names of ${Math.ceil(bytes / 1_024)} kB together, and edges of partners take certificates of 16 kB at most`;
    report(
      'certificate-too-large',
      ['servers', index, 'interfaces', 'external'],
      `The external certificate of ${server.fqdn} needs ${found}.`,
      'Divide the domains over several pools of edges, each with edges of its own: entente topology add pool <fqdn> --role edge --domain <name>.',
    );
  }
}

/** Those that `certificateNames` gives, before the topology is built. */
function namesOf(
  { domains, pools }: TopologyDocument,
  server: ServerEntry,
  { certificate, fqdn, names = [] }: InterfaceEntry,
): readonly string[] {
  const pool = (pools ?? []).find((entry) => entry.fqdn === server.pool);
  const served = pool?.domains ?? domains.map(({ name }) => name);
  const dnsNames = new Set([
    fqdn ?? server.fqdn,
    ...served.flatMap((domain) => [`sip.${domain}`, domain]),
    ...names.map((name) => name.replace(/^sip:/, '')),
  ]);
  return [...dnsNames].flatMap((name) => (certificate === 'public' ? [name] : [name, `sip:${name}`]));
}
