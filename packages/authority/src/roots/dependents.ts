import type { Ledger } from '@entente/pki/ledger';
import type { IssuerStore } from '@entente/pki/node';
import { validAt } from '../valid-certificates.ts';

/** Numbers of roots by the name of the holder. */
export type RootsOfHolders = ReadonlyMap<string, ReadonlySet<number>>;

/** The roots to which valid certificates lead. */
export interface LedTo {
  /** Of servers, those for members alone. */
  readonly servers: RootsOfHolders;
  readonly administrators: RootsOfHolders;
}

/**
 * The roots to which the valid certificates of each server and of each administrator lead.
 * @param ledger - of the authority
 * @param store - its issuing authorities: what a revoked one has issued is not valid
 * @param now - milliseconds since 1970
 */
export async function rootsLedTo(
  ledger: Pick<Ledger, 'list'>,
  store: Pick<IssuerStore, 'live' | 'revokedIds'>,
  now: number,
): Promise<LedTo> {
  const revoked = store.revokedIds();
  const counting = store.live.filter(({ record }) => !revoked.has(record.id));
  const rootOf = new Map(counting.map(({ record, root }) => [record.id, root]));
  const found = {
    server: new Map<string, Set<number>>(),
    administrator: new Map<string, Set<number>>(),
  };
  for await (const { interface: side, issuer, profile, revocation, subject } of validAt(ledger, now)) {
    const root = rootOf.get(issuer);
    if (profile !== 'server' && profile !== 'administrator') continue;
    if (side !== undefined || revocation !== undefined || root === undefined) continue;
    const roots = found[profile].get(subject) ?? new Set();
    found[profile].set(subject, roots.add(root));
  }
  return { servers: found.server, administrators: found.administrator };
}

/**
 * Those all of whose valid certificates lead to given roots.
 * @param roots - of each holder, from {@link rootsLedTo}
 * @param holders - servers or administrators that are looked at
 * @param withdrawn - numbers of roots
 */
export function dependentOn(
  roots: RootsOfHolders,
  holders: Iterable<string>,
  withdrawn: ReadonlySet<number>,
): readonly string[] {
  return [...holders].filter((holder) => {
    const own = roots.get(holder);
    return own !== undefined && [...own].every((number) => withdrawn.has(number));
  });
}
