import { defaultLimits } from '@entente/sip';
import { MessageBudget, type SipConnection } from '@entente/sip-endpoint';

/** A connection to a server, as far as a relay looks at one. */
export function fakeConnection(more: object = {}): SipConnection {
  return {
    accepts: defaultLimits,
    takes: () => true,
    failed() {},
    ledger: new MessageBudget().open('server', undefined),
    ...more,
  } as unknown as SipConnection;
}
