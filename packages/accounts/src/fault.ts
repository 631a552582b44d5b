import { Checks, Fault } from '@entente/options';

/** Stable codes of the faults of a directory of accounts. */
export type AccountsFaultCode =
  | 'ENTENTE_ACCOUNTS_UNAVAILABLE'
  | 'ENTENTE_ACCOUNTS_DAMAGED'
  | 'ENTENTE_ACCOUNTS_TOO_NEW'
  | 'ENTENTE_ACCOUNTS_CLOSED'
  | 'ENTENTE_ACCOUNTS_BAD_ARGUMENT';

/** A fault of the storage or of the program that asks, never of the user whom an account is of. Match it by `code`. */
export class AccountsFault extends Fault<AccountsFaultCode> {
  /** Always `AccountsFault`. */
  override readonly name = 'AccountsFault';
}

/** Refuses arguments with `ENTENTE_ACCOUNTS_BAD_ARGUMENT`. It repeats no text: it may be a password. */
export const checks = new Checks({
  fault: (parts) => new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', parts),
  hasSecrets: true,
});

/** The fault of a directory that was closed. */
export function accountsClosed(place: string): AccountsFault {
  return new AccountsFault('ENTENTE_ACCOUNTS_CLOSED', {
    sentence: 'the directory of accounts is closed',
    place,
    remedy: 'open it again before using it',
  });
}
