import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorFault } from '@entente/host';
import { databaseFile, holdDatabase } from '@entente/store-sql';
import { isSignedBy } from '@entente/trust';
import {
  type Certificate,
  certificateNamesOf,
  decodeCertificate,
  decodePemCertificates,
  oids,
} from '@entente/x509';
import { askServer, isUnanswered } from '../explain/ask-server.ts';
import { exists } from '../topology/read-topology.ts';
import { type AuthorityNames, authorityNamesOf } from './authority-names.ts';

/** On this machine, where nothing listens a refusal comes at once. */
const timeoutMs = 3_000;

/**
 * Reads the names of an authority whose folder a command is about to write into. Every such command finds its folder here.
 * @param config - `authority.yaml`
 * @throws OperatorFault `ENTENTE_AUTHORITY_RUNS_ELSEWHERE`, and what `authorityNamesOf` throws
 */
export async function authorityToChange(config: string): Promise<AuthorityNames> {
  const names = await authorityNamesOf(config);
  await refuseWhereItRunsElsewhere(names);
  return names;
}

/**
 * Refuses a folder that is not the one with which this authority runs: its database is not locked, so it looks stopped; its copy would be without all
 * that has changed since, and the running authority would know nothing of what is issued with it. What listens at the address of the configuration is
 * asked for its certificate; only one of this network’s authority counts, so that another program at that port is in nobody’s way.
 * @param names - of the configuration
 * @throws OperatorFault `ENTENTE_AUTHORITY_RUNS_ELSEWHERE`
 */
export async function refuseWhereItRunsElsewhere({
  address,
  authorityUrl,
  directory,
  domain,
  port,
}: AuthorityNames): Promise<void> {
  const { hostname, port: ofUrl } = new URL(authorityUrl);
  const place = { host: hostname, address: address ?? '127.0.0.1', port: port ?? Number(ofUrl || 443) };
  const asked = { ...place, name: hostname, startTls: undefined, identity: undefined, timeoutMs };
  const answer = await askServer(asked);
  if (isUnanswered(answer)) return;
  const chain = (answer.presented?.certificates ?? []).flatMap((der) => {
    const decoded = decodeCertificate(der);
    return decoded.ok ? [decoded.value] : [];
  });
  const root = await rootIn(directory);
  if (root === undefined) return;
  if (!leadsTo(root, chain) && !isNamedAsOurs(chain[0], hostname, domain)) return;
  if (await isHeld(join(directory, databaseFile))) return;
  throw new OperatorFault('ENTENTE_AUTHORITY_RUNS_ELSEWHERE', {
    sentence: `the authority runs at ${place.address}:${place.port}, and not with this folder, which may be an older copy`,
    place: directory,
    remedy:
      'put the folder back with which the authority was started, or name its configuration with --config; where this folder is to replace it, stop the authority first',
  });
}

/** By keys alone: it is a folder that is refused, and nobody is let in. */
function leadsTo(root: Certificate, [leaf, ...others]: readonly Certificate[]): boolean {
  if (leaf === undefined) return false;
  return isSignedBy(leaf, root) || others.some((one) => isSignedBy(leaf, one) && isSignedBy(one, root));
}

/**
 * The root that certifies an authority may be a later one than a copy of its folder knows: what is left then are the names, which the authority gives to
 * every issuing authority of its own.
 */
function isNamedAsOurs(leaf: Certificate | undefined, hostname: string, domain: string): boolean {
  if (leaf === undefined || !certificateNamesOf(leaf).dnsNames.includes(hostname)) return false;
  const issuer = leaf.issuer.rdns.flat().find(({ oid }) => oid === oids.commonName)?.text ?? '';
  const start = `${domain} Issuing CA `;
  return issuer.startsWith(start) && /^[0-9]+$/.test(issuer.slice(start.length));
}

/** Whether the authority runs with this database, with or without the socket for its orders: only it, or another command, has it open. */
async function isHeld(file: string): Promise<boolean> {
  if (!(await exists(file))) return false;
  try {
    await (await holdDatabase(file))[Symbol.asyncDispose]();
    return false;
  } catch {
    return true;
  }
}

async function rootIn(directory: string): Promise<Certificate | undefined> {
  const text = await readFile(join(directory, 'root_ca.crt'), 'utf8').catch(() => '');
  const decoded = decodePemCertificates(text);
  return decoded.ok ? decoded.value[0] : undefined;
}
