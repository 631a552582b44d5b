import type { IdentitySource, Log } from '@entente/tls';
import { certificateNames, type Topology } from '@entente/topology';
import { type Certificate, certificateNamesOf } from '@entente/x509';

/**
 * Names that an external certificate should have and has not: a client or partner that asks for one of them refuses it.
 * @param topology - in force
 * @param fqdn - of the edge
 * @param leaf - the certificate in use
 */
export function missingNames(topology: Topology, fqdn: string, leaf: Certificate): readonly string[] {
  const wanted = certificateNames(topology, fqdn).find((names) => names.interface === 'external');
  const has = new Set(certificateNamesOf(leaf).dnsNames.map((name) => name.toLowerCase()));
  return (wanted?.dnsNames ?? []).filter(
    (name) => !has.has(name) && !has.has(`*${name.slice(name.indexOf('.'))}`),
  );
}

/** Whose external certificate is looked at. */
export interface NamesWatched {
  /** In force. */
  readonly topology: () => Topology;
  /** Of the edge. */
  readonly fqdn: string;
  readonly identity: IdentitySource;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * Warns of an external certificate that lacks names, now and each time that it is replaced. It is used all the same: a name may be asked for by
 * nobody outside. One that the authority has issued has the names that it must have, or gets them soon.
 * @param watched - whose certificate
 * @returns ends it
 */
export function warnOfMissingNames({ fqdn, identity, log, topology }: NamesWatched): AsyncDisposable {
  const judge = (): void => {
    if (topology().servers.get(fqdn)?.interfaces.external?.certificate !== 'public') return;
    const missing = missingNames(topology(), fqdn, identity.current.leaf);
    if (missing.length === 0) return;
    log.warn(
      {
        event: 'external-certificate-names',
        missing,
        remedy: `order a certificate with all names that entente topology certs --for ${fqdn} lists, and replace the files: they are read again by themselves`,
      },
      `the external certificate does not have ${missing.join(', ')}: a client or partner that asks for one of these names refuses it`,
    );
  };
  judge();
  const stop = identity.onChange(judge);
  return {
    async [Symbol.asyncDispose]() {
      stop();
    },
  };
}
