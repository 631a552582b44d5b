import type { SipRequest } from '@entente/sip';
import { type RegisterContext, type Registration, register } from '@entente/sip-proxy';
import type { Binding } from '@entente/sip-proxy/locations';
import { alice, now, request } from './fixtures.ts';

/** A client that registers over the flow `f1`. */
export const context: RegisterContext = { now, toTag: 'r1', flow: 'f1' };

/** A REGISTER of alice. */
export function registerRequest(
  headers: Record<string, string | string[]> = {},
  cseq = 1,
  callId = 'reg-1@192.0.2.1',
): SipRequest {
  return request({
    method: 'REGISTER',
    uri: 'sip:contoso.example',
    to: '<sip:alice@contoso.example>',
    callId,
    cseq,
    headers: { Contact: '<sip:alice@192.0.2.1:40000>', ...headers },
  });
}

export function accepted(result: Registration) {
  if (!result.ok) throw new Error(result.refusal.message);
  return result;
}

/** The bindings that a REGISTER leaves. */
export const stored = (
  message: SipRequest,
  current: readonly Binding[] = [],
  at: RegisterContext = context,
) => accepted(register(message, alice, current, at)).bindings;
