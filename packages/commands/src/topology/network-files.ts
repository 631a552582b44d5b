import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { authorisePartner, partnerAnchors, partnerRoute } from '@entente/federation';
import { OperatorFault } from '@entente/host';
import type { InterfaceName, Topology } from '@entente/topology';
import type { NetworkState, PartnerRules } from '@entente/topology-planning';
import { anchorSet, createJudge, type Judge, type PresentedChain } from '@entente/trust';
import { type CertificateList, decodeCrl, decodePem, decodePemCertificates } from '@entente/x509';
import { readNamed } from '../read-named-file.ts';

/** The chains of a directory, by the name that each leaf is for. */
export type Chains = NetworkState['chainOf'];

/**
 * Reads the certificates of a network: `<name>.crt`, or `<name>/tls.crt`, where the name is that of the interface (the server’s own
 * inside, the access name outside).
 * @param directory - where they are
 */
export async function readChains(directory: string, topology: Topology): Promise<Chains> {
  const chains = await readNamedChains(directory);
  return (fqdn, side) => chains.get(nameOf(topology, fqdn, side));
}

async function readNamedChains(directory: string): Promise<ReadonlyMap<string, PresentedChain>> {
  const chains = new Map<string, PresentedChain>();
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const file = entry.isDirectory() ? join(directory, entry.name, 'tls.crt') : join(directory, entry.name);
    const name = entry.isDirectory() ? entry.name : entry.name.replace(/\.crt$/, '');
    if (!(entry.isDirectory() || entry.name.endsWith('.crt'))) continue;
    const pem = await readFile(file).catch(() => undefined);
    if (pem === undefined) continue;
    chains.set(name, { certificates: blocksOf(file, pem, 'CERTIFICATE') });
  }
  return chains;
}

function nameOf(topology: Topology, fqdn: string, side: InterfaceName): string {
  return topology.servers.get(fqdn)?.interfaces[side]?.fqdn ?? fqdn;
}

/**
 * How partners are judged at the edge: by the anchors and rules that the topology gives them.
 * @param directory - `<domain>.crt` or `<domain>/tls.crt`: what each partner's edge presents
 * @param crls - files or directories of CRLs
 */
export async function partnersOf(
  directory: string,
  topology: Topology,
  crls: readonly string[],
): Promise<{ readonly partners: PartnerRules; readonly judge: Judge }> {
  const chains = await readNamedChains(directory);
  const { anchors } = partnerAnchors(topology);
  return {
    partners: {
      chainOf: (domain) => chains.get(domain),
      route: (domain) => partnerRoute(topology, domain),
      authorise: authorisePartner(() => topology),
    },
    judge: createJudge({ anchors: anchorSet(anchors), revocation: { crls: await readLists(crls) } }),
  };
}

/**
 * Creates a judge from roots and revocation lists.
 * @param anchors - files or directories of certificates
 * @param crls - files or directories of CRLs
 */
export async function judgeOf(anchors: readonly string[], crls: readonly string[]): Promise<Judge> {
  const roots = [];
  for (const file of await filesOf(anchors)) {
    const content = await readNamed(file);
    // A directory may have lists as DER too.
    if (decodesToNothing(content)) continue;
    const decoded = decodePemCertificates(content);
    if (!decoded.ok) throw unreadable(file, 'a certificate', decoded.error.message);
    for (const certificate of decoded.value) roots.push({ name: `${file} ${roots.length + 1}`, certificate });
  }
  if (roots.length === 0) throw unreadable(anchors.join(', '), 'a root certificate', 'none');
  return createJudge({ anchors: anchorSet(roots), revocation: { crls: await readLists(crls) } });
}

async function readLists(crls: readonly string[]): Promise<readonly CertificateList[]> {
  const lists: CertificateList[] = [];
  for (const file of await filesOf(crls)) {
    const content = await readNamed(file);
    const ders = content[0] === 0x30 ? [content] : blocksOf(file, content, 'X509 CRL');
    for (const der of ders) {
      const decoded = decodeCrl(der);
      if (!decoded.ok) throw unreadable(file, 'a CRL', decoded.error.message);
      lists.push(decoded.value);
    }
  }
  return lists;
}

async function filesOf(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) files.push(path);
    else
      for (const name of (await readdir(path)).sort())
        if (/\.(crt|pem|crl)$/.test(name)) files.push(join(path, name));
  }
  return files;
}

function decodesToNothing(content: Uint8Array): boolean {
  const decoded = decodePem(content);
  return decoded.ok && decoded.value.length === 0;
}

function blocksOf(file: string, pem: Uint8Array, label: string): readonly Uint8Array[] {
  const decoded = decodePem(pem);
  const ders = decoded.ok
    ? decoded.value.filter((block) => block.label === label).map((block) => block.der)
    : [];
  if (ders.length > 0) return ders;
  throw unreadable(file, `"${label}" in PEM`, decoded.ok ? 'no such block' : decoded.error.message);
}

function unreadable(place: string, expected: string, found: string): OperatorFault {
  return new OperatorFault('ENTENTE_CERTIFICATE_UNREADABLE', {
    sentence: `expected ${expected}, found ${found}`,
    place,
    remedy: 'name a file or directory that contains it',
  });
}
