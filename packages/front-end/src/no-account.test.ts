import { describe, expect, it } from 'vitest';
import { noAccount } from './no-account.ts';

describe('an address that no account has', () => {
  it.each(['0305550199', '112', '+4930555', '*21#', '030-5550'])(
    'is explained as a number where it was dialled: %s',
    (user) => {
      const { message, remedy } = noAccount(`${user}@contoso.example`);
      expect(message).toBe(
        `Bindings of ${user}@contoso.example: expected an account with this address, found none`,
      );
      expect(remedy).toMatch(/telephony\.rules.*telephony\.emergencyNumbers.*entente user add/);
    },
  );

  it.each(['bob', 'bob7', '7bob', 'phone'])('is explained as a user otherwise: %s', (user) => {
    expect(noAccount(`${user}@contoso.example`).remedy).toBe(
      'Send to an address that a user has; or add the account with entente user add.',
    );
  });
});
