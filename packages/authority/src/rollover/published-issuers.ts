import type { PublishedIssuer, RollingPublisher } from '@entente/pki';
import type { OpenAuthority } from '@entente/pki/node';

/**
 * What is published over plain HTTP: the issuing authorities whose certificates may still be in use, the active one first, and the root.
 * @param opened - certificates, and the list of the root
 * @param publisher - has the other lists
 * @returns gives another array after each change
 */
export function publishedIssuers(
  opened: Pick<OpenAuthority, 'issuers' | 'root' | 'rootCrl'>,
  publisher: Pick<RollingPublisher, 'all'>,
): () => readonly PublishedIssuer[] {
  let live: OpenAuthority['issuers']['live'] | undefined;
  let published: readonly PublishedIssuer[] = [];
  return () => {
    if (live === opened.issuers.live) return published;
    live = opened.issuers.live;
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
    const root = {
      certificate: opened.root.der,
      publicKey: opened.root.publicKey.der,
      crl: (shard: number) => (shard === 0 ? opened.rootCrl : undefined),
    };
    published = [...issuing, root];
    return published;
  };
}
