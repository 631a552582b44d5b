import { createHash } from 'node:crypto';
import { issuerId, type PublishedCrl, type RollingPublisher } from '@entente/pki';
import type { OpenAuthority } from '@entente/pki/node';
import { compareNamedLists, type NamedList } from '@entente/topology';

/** A revocation list in force, and how a trust state names it. */
export interface PublishedList extends NamedList {
  readonly der: Uint8Array;
}

/**
 * The revocation lists of an authority: those of its issuing authorities, and the one of its root.
 * @param opened - with the root's list
 * @param publisher - has the others
 * @returns gives those in force at the moment, in the order of a trust state
 */
export function publishedLists(
  opened: Pick<OpenAuthority, 'root' | 'rootCrl'>,
  publisher: Pick<RollingPublisher, 'all'>,
): () => readonly PublishedList[] {
  const rootId = issuerId(opened.root.publicKey.der);
  // A list may be large: each is hashed once.
  const named = new WeakMap<PublishedCrl, PublishedList>();
  const nameOf = (issuer: string, shard: number, crl: PublishedCrl): PublishedList => {
    const known = named.get(crl);
    if (known !== undefined) return known;
    const { der, number } = crl;
    const sha256 = createHash('sha256').update(der).digest('hex');
    const list = { issuer, shard, number, sha256, bytes: der.length, der };
    named.set(crl, list);
    return list;
  };
  return () => {
    const lists = [nameOf(rootId, 0, opened.rootCrl)];
    for (const { current, issuer } of publisher.all()) {
      for (let shard = 0; ; shard++) {
        const crl = current(shard);
        if (crl === undefined) break;
        lists.push(nameOf(issuer.id, shard, crl));
      }
    }
    return lists.sort(compareNamedLists);
  };
}
