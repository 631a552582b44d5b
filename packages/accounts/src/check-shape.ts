import { AccountsFault } from './fault.ts';
import { checkText, checkVerifiers, isRecord, toVerify, unlike } from './given.ts';

/**
 * Looks whether what a caller gives as an account is one at all, before it is looked at what is in it.
 * @param account - from anywhere
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` names the field that is missing or of another kind
 */
export function checkShape(account: unknown): void {
  if (!isRecord(account)) throw unlike('account', 'an account', account, example);
  for (const name of Object.keys(account)) {
    if (!fields.includes(name)) throw unknownField(name);
  }
  const { address, home, number, password, rights, verifiers } = account;
  checkText(address, 'address of an account', 'give an address like alice@contoso.example');
  checkVerifiers(verifiers, 'verifiers of an account');
  if (password !== undefined && Object.keys(verifiers as object).length === 0)
    throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', {
      sentence: 'expected verifiers of the password of an account, found a password and no verifiers',
      place: 'password of an account',
      remedy: `${toVerify}; a password itself is not stored`,
    });
  if (!Array.isArray(rights))
    throw unlike('rights of an account', 'a list of rights', rights, "write rights: [], or ['dial-outside']");
  for (const [name, value] of Object.entries({ home, number })) {
    if (value !== undefined)
      checkText(value, `${name} of an account`, `give ${name} as a text, or leave it out`);
  }
}

/** A password is looked for, to say what to write in its place. */
const fields = ['address', 'verifiers', 'home', 'state', 'number', 'rights', 'password'];

function unknownField(name: string): AccountsFault {
  const written = name.replaceAll(/[^ -~]/g, '?').slice(0, 60);
  return new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', {
    sentence: `expected only fields that an account has, found ${written}`,
    place: `${written} of an account`,
    remedy: `correct the name, or remove it: an account has ${fields.slice(0, -1).join(', ')}`,
  });
}

const example = "write { address, verifiers: verifiersOf(address, password), state: 'enabled', rights: [] }";
