import { refuse } from '@entente/pki';
import type { Caller } from '../caller.ts';
import type { RefusalLog } from '../refusals.ts';

/** Who may ask for a resource. */
export type Guarded = 'member' | 'administrator';

/** Refuses callers that may not ask. */
export type Guard = (who: Guarded, caller: Caller) => Response | undefined;

/**
 * @param refusals - logs each refusal
 * @returns answers with the refusal of a caller, or with nothing where it may ask
 */
export function guardBy(refusals: RefusalLog): Guard {
  return (who, caller) => {
    if (caller.kind === 'nobody') {
      return refusals.request(
        refuse(
          'no-certificate',
          'expected a client certificate, found none',
          'connect with the certificate of a member',
        ),
        caller,
      );
    }
    if (who === 'member' || caller.kind === 'administrator') return undefined;
    return refusals.request(
      {
        reason: 'role-not-allowed-on-link',
        message: `expected an administrator, found the server ${caller.server}`,
        remedy: 'use the client certificate of an administrator',
        status: 403,
      },
      caller,
    );
  };
}
