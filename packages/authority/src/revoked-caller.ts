import { findIssued, type Problem, refuse } from '@entente/pki';
import type { Authority } from './authority.ts';
import type { Caller } from './caller.ts';

/**
 * A connection is closed when its certificate is revoked; a request that was under way then, or has waited for its turn, is refused as well.
 * @param authority - its ledger
 * @param caller - from the verdict on its connection
 * @returns undefined where the certificate counts
 */
export async function revokedCaller(
  { issuance, opened }: Pick<Authority, 'issuance' | 'opened'>,
  caller: Exclude<Caller, { kind: 'nobody' }>,
): Promise<{ readonly ok: false; readonly refusal: Problem } | undefined> {
  const { serialHex } = caller;
  const recorded = await findIssued(opened.ledger, issuance, serialHex);
  if (recorded?.revocation === undefined) return undefined;
  const [whose, remedy] =
    caller.kind === 'server'
      ? [caller.server, 'let the server join again with a new token from entente join-token']
      : [`the administrator ${caller.name}`, 'let another administrator order it'];
  const refusal = refuse(
    'requester-revoked',
    `the certificate ${serialHex} of ${whose} is revoked (${recorded.revocation.reason})`,
    remedy,
  );
  return { ok: false, refusal };
}
