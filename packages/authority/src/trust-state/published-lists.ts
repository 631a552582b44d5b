import { createHash } from 'node:crypto';
import type { PublishedCrl, RollingPublisher } from '@entente/pki';
import { compareNamedLists, type NamedList } from '@entente/topology';
import type { DomainRoots } from '../roots/domain-roots.ts';

/** A revocation list in force, and how a trust state names it. */
export interface PublishedList extends NamedList {
  readonly der: Uint8Array;
}

/**
 * The revocation lists that members need: of the roots that they believe, and of the issuing authorities below those.
 * @param roots - with their lists
 * @param publisher - has the others
 * @returns gives those in force at the moment, in the order of a trust state
 */
export function publishedLists(
  roots: Pick<DomainRoots, 'liveBelieved' | 'withLists'>,
  publisher: Pick<RollingPublisher, 'all'>,
): () => readonly PublishedList[] {
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
    const lists = roots.withLists.map(({ crl, id }) => nameOf(id, 0, crl));
    const believed = new Set(roots.liveBelieved.map(({ record }) => record.id));
    for (const { current, issuer } of publisher.all()) {
      if (!believed.has(issuer.id)) continue;
      for (let shard = 0; ; shard++) {
        const crl = current(shard);
        if (crl === undefined) break;
        lists.push(nameOf(issuer.id, shard, crl));
      }
    }
    return lists.sort(compareNamedLists);
  };
}
