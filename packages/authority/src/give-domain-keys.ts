import type { PoolKeys, Problem } from '@entente/pki';
import type { Authority } from './authority.ts';
import type { Caller } from './caller.ts';
import { mayHaveKeys } from './domain-keys/may-have-keys.ts';
import { revokedCaller } from './revoked-caller.ts';

/** The keys of the caller's pool, or why it gets none. */
export type GivenKeys =
  | { readonly ok: true; readonly keys: PoolKeys }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Gives a server the keys of its pool, which are secret: with them it seals and opens tokens as every other server of the pool does.
 * They go to a server of the pool in force whose certificate says so and is not revoked, and to nobody else: no administrator seals
 * anything, so none is told what would open it.
 * @param authority - its topology, ledger and keys
 * @param caller - from the verdict on its connection
 */
export async function giveDomainKeys(
  authority: Pick<Authority, 'domainKeys' | 'issuance' | 'opened' | 'topologies'>,
  caller: Caller,
): Promise<GivenKeys> {
  if (caller.kind !== 'server') return { ok: false, problem: serversOnly(caller) };
  const decide = async () =>
    (await revokedCaller(authority, caller)) ?? mayHaveKeys(authority.topologies.current?.topology, caller);
  const before = await decide();
  if (!before.ok) return { ok: false, problem: before.refusal };
  const keys = await authority.domainKeys.give(before.pool, before.server);
  // The topology, or the certificate, may have changed while the file was written.
  const after = await decide();
  if (!after.ok) return { ok: false, problem: after.refusal };
  return after.pool === keys.pool ? { ok: true, keys } : { ok: false, problem: changedMeanwhile };
}

function serversOnly(caller: Caller): Problem {
  const found = caller.kind === 'administrator' ? `the administrator ${caller.name}` : 'no certificate';
  return {
    reason: 'role-not-allowed-on-link',
    message: `expected a server of a pool, found ${found}`,
    remedy: 'nothing needs to be done: servers fetch the keys of their pool themselves',
    status: 403,
  };
}

const changedMeanwhile: Problem = {
  reason: 'throttled',
  message: 'the pool of this server has changed while its keys were written',
  remedy: 'ask again',
  status: 503,
};
