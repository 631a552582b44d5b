/** A user part that a person has dialled: digits as they are on a telephone, with what may stand between them. */
const dialled = /^\+?[0-9*#][0-9*#.()-]*@/;

/**
 * What the log says of an address that no account has. Its sender hears what it hears of one whose devices are away; those who read the log look for a
 * cause. Many telephones write a number that was dialled as the name of a user, and leave out what makes it a number.
 * @param aor - the address
 */
export function noAccount(aor: string): { readonly message: string; readonly remedy: string } {
  return {
    message: `Bindings of ${aor}: expected an account with this address, found none`,
    remedy: dialled.test(aor)
      ? 'Have the client write a number as such, with user=phone or as tel: URI; list an emergency number under telephony.emergencyNumbers; or add the account with entente user add.'
      : 'Send to an address that a user has; or add the account with entente user add.',
  };
}
