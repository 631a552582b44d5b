import { looksDialled } from './dialled-as-user.ts';

/**
 * What the log says of an address that no account has. Its sender hears what it hears of one whose devices are away; those who read the log look for a
 * cause. A number that was dialled comes here where nothing makes a global number of it, or nothing takes it to the telephone network.
 * @param aor - the address
 */
export function noAccount(aor: string): { readonly message: string; readonly remedy: string } {
  return {
    message: `Bindings of ${aor}: expected an account with this address, found none`,
    remedy: looksDialled(aor.slice(0, Math.max(0, aor.lastIndexOf('@'))))
      ? 'Where a number was dialled, add a rule that makes a global number of it under telephony.rules, and a mediation server; list an emergency number under telephony.emergencyNumbers; or add the account with entente user add.'
      : 'Send to an address that a user has; or add the account with entente user add.',
  };
}
