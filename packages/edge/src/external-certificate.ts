import type { ServerProblem } from '@entente/host';
import type { Topology } from '@entente/topology';
import type { Certificate } from '@entente/x509';
import { missingNames } from './missing-names.ts';

const longestNoticeMs = 14 * 86_400_000;
/** Of the life of a certificate: one that is short is renewed late. */
const noticeShare = 0.25;
const part = 'external-certificate';
const renewed =
  'replace the files that the configuration names under "external" with those of the next certificate: they are read again by themselves';

/**
 * What is wrong with an external certificate from files of the configuration, which an operator renews: the authority sees nothing of it.
 * @param topology - in force
 * @param fqdn - of the edge
 * @param leaf - the certificate in use
 * @param now - milliseconds since the epoch
 */
export function externalCertificateProblems(
  topology: Topology,
  fqdn: string,
  leaf: Certificate,
  now: number,
): readonly ServerProblem[] {
  const isPublic = topology.servers.get(fqdn)?.interfaces.external?.certificate === 'public';
  const missing = isPublic ? missingNames(topology, fqdn, leaf) : [];
  const validity = validityProblem(leaf, now);
  const found: ServerProblem[] = validity === undefined ? [] : [{ part, ...validity, stops: false }];
  if (missing.length > 0)
    found.push({
      part,
      message: `the external certificate does not have ${missing.join(', ')}: a client or partner that asks for one of these names refuses it`,
      remedy: `order a certificate with all names that entente topology certs --for ${fqdn} lists, and replace the files: they are read again by themselves`,
      stops: false,
    });
  return found;
}

function validityProblem(
  { notAfter, notBefore }: Certificate,
  now: number,
): Pick<ServerProblem, 'message' | 'remedy'> | undefined {
  const end = new Date(notAfter).toISOString();
  if (now > notAfter)
    return {
      message: `the external certificate expired at ${end}: clients and partners refuse it`,
      remedy: renewed,
    };
  if (now < notBefore)
    return {
      message: `the external certificate is valid from ${new Date(notBefore).toISOString()} on: clients and partners refuse it until then`,
      remedy: `check the clock of this server; where it is right, ${renewed}`,
    };
  if (notAfter - now > Math.min(longestNoticeMs, (notAfter - notBefore) * noticeShare)) return undefined;
  return { message: `the external certificate expires at ${end}, and is not replaced yet`, remedy: renewed };
}
