import type { Ledger } from '@entente/pki/ledger';
import type { IssuerStore } from '@entente/pki/node';
import { validAt } from '../valid-certificates.ts';

/**
 * The roots to which the valid certificates of each server lead, those for members alone.
 * @param ledger - of the authority
 * @param store - its issuing authorities: what a revoked one has issued is not valid
 * @param now - milliseconds since 1970
 * @returns numbers of roots by the name of the server
 */
export async function rootsOfServers(
  ledger: Pick<Ledger, 'list'>,
  store: Pick<IssuerStore, 'live' | 'revokedIds'>,
  now: number,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const revoked = store.revokedIds();
  const counting = store.live.filter(({ record }) => !revoked.has(record.id));
  const rootOf = new Map(counting.map(({ record, root }) => [record.id, root]));
  const found = new Map<string, Set<number>>();
  for await (const { interface: side, issuer, profile, revocation, subject } of validAt(ledger, now)) {
    const root = rootOf.get(issuer);
    if (profile !== 'server' || side !== undefined || revocation !== undefined || root === undefined)
      continue;
    const roots = found.get(subject) ?? new Set();
    found.set(subject, roots.add(root));
  }
  return found;
}

/**
 * The servers all of whose valid certificates lead to given roots.
 * @param roots - of each server, from {@link rootsOfServers}
 * @param servers - those that are looked at
 * @param withdrawn - numbers of roots
 */
export function dependentOn(
  roots: ReadonlyMap<string, ReadonlySet<number>>,
  servers: Iterable<string>,
  withdrawn: ReadonlySet<number>,
): readonly string[] {
  return [...servers].filter((server) => {
    const own = roots.get(server);
    return own !== undefined && [...own].every((number) => withdrawn.has(number));
  });
}
