import { isDeepStrictEqual } from 'node:util';
import type { Account, AccountRecord, AccountRefusal } from '@entente/accounts';
import type { AccountDirectory } from '@entente/accounts/directory';
import type { AccountChangeOrder } from './account-order.ts';

/** What became of an order. */
export type ChangeOutcome =
  | {
      readonly ok: true;
      /** The account as it is now; absent where it was removed. */
      readonly record?: AccountRecord;
      /** Whether it was something else before. */
      readonly changed: boolean;
    }
  | { readonly ok: false; readonly refusal: AccountRefusal };

/** How often a change is tried that others come before; each of them has changed the same account at the same moment. */
const attempts = 5;

/**
 * Changes one thing of an account, and leaves everything else as it is at that moment.
 * @param accounts - the directory
 * @param address - canonical
 * @param order - what to change
 */
export async function changeAccount(
  accounts: Pick<AccountDirectory, 'find' | 'put' | 'remove'>,
  address: string,
  order: AccountChangeOrder,
): Promise<ChangeOutcome> {
  for (let attempt = 1; ; attempt++) {
    const found = await accounts.find(address);
    const expected = found?.version ?? 0;
    if (order.what === 'removal') {
      const outcome = await accounts.remove(address, expected);
      if (outcome.ok) return { ok: true, changed: true };
      if (isFinal(outcome.refusal, attempt)) return outcome;
      continue;
    }
    const next = changed(found?.account ?? nobody(address), order);
    const isSame = found !== undefined && isDeepStrictEqual(next, found.account);
    if (isSame) return { ok: true, record: found, changed: false };
    const outcome = await accounts.put(next, expected);
    if (outcome.ok) return { ok: true, record: outcome.record, changed: true };
    if (isFinal(outcome.refusal, attempt)) return outcome;
  }
}

function isFinal({ reason }: AccountRefusal, attempt: number): boolean {
  return reason !== 'version-conflict' || attempt === attempts;
}

/** No account has version 0, so that the directory refuses it as one that is not there. */
function nobody(address: string): Account {
  return { address, verifiers: {}, state: 'enabled', rights: [] };
}

function changed(account: Account, order: Exclude<AccountChangeOrder, { what: 'removal' }>): Account {
  if (order.what === 'password') return { ...account, verifiers: order.verifiers };
  if (order.what === 'state') return { ...account, state: order.state };
  if (order.what === 'right') {
    const others = account.rights.filter((right) => right !== order.right);
    return { ...account, rights: order.isGranted ? [...others, order.right] : others };
  }
  if (order.what === 'number') {
    const { number: _, ...others } = account;
    return order.number === undefined ? others : { ...others, number: order.number };
  }
  const { home: _, ...rest } = account;
  return order.home === undefined ? rest : { ...rest, home: order.home };
}
