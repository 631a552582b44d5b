import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorFault } from '@entente/host';
import { isSignedBy } from '@entente/trust';
import { type Certificate, decodeCertificate, decodePemCertificates } from '@entente/x509';
import { askServer, isUnanswered } from '../explain/ask-server.ts';
import type { AuthorityNames } from './authority-names.ts';

/** On this machine, where nothing listens a refusal comes at once. */
const timeoutMs = 3_000;

/**
 * Refuses a folder that is not the one with which this authority runs: its database is not locked, so it looks stopped, and its copy would be without all
 * that has changed since. What listens at the address of the configuration is asked for its certificate; only one that leads to the root in the folder counts, so
 * that another program at that port is in nobody’s way.
 * @param names - of the configuration
 * @throws OperatorFault `ENTENTE_AUTHORITY_RUNS_ELSEWHERE`
 */
export async function refuseWhereItRunsElsewhere({
  address,
  authorityUrl,
  directory,
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
  if (root === undefined || !leadsTo(root, chain)) return;
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

async function rootIn(directory: string): Promise<Certificate | undefined> {
  const text = await readFile(join(directory, 'root_ca.crt'), 'utf8').catch(() => '');
  const decoded = decodePemCertificates(text);
  return decoded.ok ? decoded.value[0] : undefined;
}
