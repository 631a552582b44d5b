import { anyText, anything, list, object, required, type Shape } from '@entente/options';
import type { Account } from './account.ts';
import { AccountsFault, checks } from './fault.ts';
import { toVerify, verifiersRule } from './given.ts';

/** A password is recognised, to say what to write in its place. */
const shape: Shape<Account & { readonly password?: string }> = {
  address: required(anyText, 'give an address like alice@contoso.example'),
  verifiers: required(verifiersRule, toVerify),
  home: anyText,
  number: anyText,
  rights: required(list, "write rights: [], or ['dial-outside']"),
  state: anything,
  password: anything,
};

/**
 * Checks whether what a caller gives as an account is one at all, before what is in it is checked.
 * @param account - from anywhere
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` names the field that is missing or of another kind
 */
export function checkShape(account: unknown): void {
  checks.argument(account, object, 'account', example);
  checks.options(account, shape, 'an account');
  const { password, verifiers } = account as { readonly password?: unknown; readonly verifiers: object };
  if (password !== undefined && Object.keys(verifiers).length === 0)
    throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', {
      sentence: 'expected verifiers of the password of an account, found a password and no verifiers',
      place: 'password of an account',
      remedy: `${toVerify}; a password itself is not stored`,
    });
}

const example = "write { address, verifiers: verifiersOf(address, password), state: 'enabled', rights: [] }";
