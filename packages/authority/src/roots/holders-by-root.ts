import type { Ledger } from '@entente/pki/ledger';
import type { IssuerStore } from '@entente/pki/node';
import { validAt } from '../valid-certificates.ts';

/** By the name of the holder, and by the number of the root: when the first of the certificates was issued, milliseconds since 1970. */
export type RootsOfHolders = ReadonlyMap<string, ReadonlyMap<number, number>>;

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
    server: new Map<string, Map<number, number>>(),
    administrator: new Map<string, Map<number, number>>(),
  };
  for await (const certificate of validAt(ledger, now)) {
    const { interface: side, issuedAt, issuer, profile, revocation, subject } = certificate;
    const root = rootOf.get(issuer);
    if (profile !== 'server' && profile !== 'administrator') continue;
    if (side !== undefined || revocation !== undefined || root === undefined) continue;
    const roots = found[profile].get(subject) ?? new Map();
    found[profile].set(subject, roots.set(root, Math.min(issuedAt, roots.get(root) ?? issuedAt)));
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
    return own !== undefined && [...own.keys()].every((number) => withdrawn.has(number));
  });
}

/**
 * Since when none of them depends on given roots: the last of them got the first certificate that leads to another one then.
 * @param roots - of each holder, from {@link rootsLedTo}
 * @param withdrawn - numbers of roots
 * @returns milliseconds since 1970; undefined where nobody has such a certificate
 */
export function independentSince(roots: RootsOfHolders, withdrawn: ReadonlySet<number>): number | undefined {
  const since = [...roots.values()].flatMap((own) => {
    const others = [...own].filter(([number]) => !withdrawn.has(number)).map(([, issuedAt]) => issuedAt);
    return others.length === 0 ? [] : [Math.min(...others)];
  });
  return since.length === 0 ? undefined : since.reduce((one, other) => Math.max(one, other));
}
