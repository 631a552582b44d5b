import { checkedBounds } from '../checked-bounds.ts';

/** Bounds of a registrar, in seconds. */
export interface RegistrationPolicy {
  /** A shorter request is refused with 423; default 60. */
  readonly minExpiresSec: number;
  /** A longer request is shortened; default 3,600. */
  readonly maxExpiresSec: number;
  /** Where the client names no time; default 3,600. */
  readonly defaultExpiresSec: number;
  /** Bindings one address of record may have; default 16. */
  readonly maxContacts: number;
  /** Sent as Flow-Timer to clients whose connection is a flow (RFC 5626 §4.4.1); default 120, 0 for none. */
  readonly flowTimerSec: number;
}

/** 60 s to 1 h, 16 contacts, Flow-Timer 120 s. */
export const defaultRegistrationPolicy: RegistrationPolicy = {
  minExpiresSec: 60,
  maxExpiresSec: 3_600,
  defaultExpiresSec: 3_600,
  maxContacts: 16,
  flowTimerSec: 120,
};

/**
 * The bounds of a registrar, where those that are left out or undefined are the default ones.
 * @param context - of a REGISTER
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function policyOf({ policy }: { readonly policy?: Partial<RegistrationPolicy> }): RegistrationPolicy {
  if (policy === undefined) return defaultRegistrationPolicy;
  const names = Object.keys(defaultRegistrationPolicy);
  return { ...defaultRegistrationPolicy, ...checkedBounds(policy, names, 'the policy of register') };
}
