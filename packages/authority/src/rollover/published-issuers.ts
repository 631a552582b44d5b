import type { PublishedIssuer, RollingPublisher } from '@entente/pki';
import type { OpenAuthorityFolder } from '@entente/pki/node';

/**
 * What is published over plain HTTP: the issuing authorities whose certificates may still be in use, the active one first, and
 * every root, also one that members believe no more: those that were off reach the authority by it.
 * @param opened - certificates, and the lists of the roots
 * @param publisher - has the other lists
 * @returns gives another array after each change
 */
export function publishedIssuers(
  opened: Pick<OpenAuthorityFolder, 'issuers'>,
  publisher: Pick<RollingPublisher, 'all'>,
): () => readonly PublishedIssuer[] {
  let live: OpenAuthorityFolder['issuers']['live'] | undefined;
  let roots: OpenAuthorityFolder['issuers']['roots']['all'] | undefined;
  let published: readonly PublishedIssuer[] = [];
  return () => {
    if (live === opened.issuers.live && roots === opened.issuers.roots.all) return published;
    live = opened.issuers.live;
    roots = opened.issuers.roots.all;
    const issuing = live.map(({ issuer, outside }) => ({
      // Outsiders too fetch the issuer of a certificate.
      certificate: (outside ?? issuer.certificate).der,
      publicKey: issuer.certificate.publicKey.der,
      crl: (shard: number) =>
        publisher
          .all()
          .find((one) => one.issuer.id === issuer.id)
          ?.current(shard),
    }));
    const above = roots.map(({ certificate, crl }) => ({
      certificate: certificate.der,
      publicKey: certificate.publicKey.der,
      crl: (shard: number) => (shard === 0 ? crl : undefined),
    }));
    published = [...issuing, ...above];
    return published;
  };
}
