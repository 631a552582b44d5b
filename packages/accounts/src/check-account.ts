import { type Account, type AccountRight, accountRights, accountStates } from './account.ts';
import { refuseAddress } from './address.ts';
import { checkShape } from './check-shape.ts';
import { isDomainName } from './domain-name.ts';
import { type AccountRefusal, refuse } from './refusal.ts';
import { orderedVerifiers, refuseVerifiers } from './verifiers.ts';

/**
 * Checks an account before it is stored.
 * @param account - from anywhere
 * @returns the account in the one form in which it is stored and compared, without any other field, or the first refusal
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where it has another shape, or a password in the place of verifiers
 */
export function checkAccount(
  account: Account,
):
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly refusal: AccountRefusal } {
  checkShape(account);
  const { address, home, number, rights, state, verifiers } = account;
  const refused = refuseAddress(address) ?? refuseVerifiers(verifiers);
  if (refused !== undefined) return { ok: false, refusal: refused.refusal };
  if (home !== undefined && !isDomainName(home)) return refuse('home-invalid', { found: home });
  if (!accountStates.includes(state)) return refuse('state-invalid', { found: `${state}` });
  if (number !== undefined && !isNumber(number)) return refuse('number-invalid', { found: number });
  const wrong = rights.find(
    (right: AccountRight, index) => !accountRights.includes(right) || rights.indexOf(right) !== index,
  );
  if (wrong !== undefined) return refuse('right-invalid', { found: `${wrong}` });
  return {
    ok: true,
    account: {
      address,
      verifiers: orderedVerifiers(verifiers),
      ...(home === undefined ? {} : { home }),
      state,
      ...(number === undefined ? {} : { number }),
      rights: accountRights.filter((right) => rights.includes(right)),
    },
  };
}

/** A number of E.164 (§6): no country code begins with 0. */
function isNumber(text: string): boolean {
  return /^\+[1-9]\d{0,14}$/.test(text);
}
