import { checkedBounds } from '@entente/sip-proxy';

/** Who may have how many emergency calls that count for nobody. */
export interface EmergencyRules {
  /** Of one user within the time. */
  readonly calls: number;
  /** Milliseconds; as long as a call may ring, so that no more of them than that are under way. */
  readonly withinMs: number;
  /** Users who are remembered; of more, the one who called first is forgotten. */
  readonly users: number;
}

/** 8 within three minutes, which is how long a call may ring (RFC 3261 §16.6 step 11, timer C). */
export const defaultEmergencyRules: EmergencyRules = { calls: 8, withinMs: 180_000, users: 10_000 };

/**
 * How many emergency calls of a user are carried before all others and count in nobody's share. Further ones are calls as any other of that user: they
 * are carried where the user has left room, so that one account that dials 112 again and again takes nothing from those in need.
 */
export class EmergencyAllowance {
  readonly #rules: EmergencyRules;
  /** When each user called; the one who called first comes first. */
  readonly #calls = new Map<string, number[]>();

  /**
   * @param rules - how many
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
   */
  constructor(rules: EmergencyRules = defaultEmergencyRules) {
    this.#rules = {
      ...defaultEmergencyRules,
      ...checkedBounds(rules, Object.keys(defaultEmergencyRules), 'EmergencyAllowance'),
    };
  }

  /**
   * Whether a user has one left.
   * @param user - address of record
   * @param now - milliseconds since 1970
   */
  has(user: string, now: number): boolean {
    return this.#since(user, now).length < this.#rules.calls;
  }

  /**
   * Takes one off what a user has left.
   * @param user - address of record
   * @param now - milliseconds since 1970
   * @returns whether there was one
   */
  take(user: string, now: number): boolean {
    const calls = this.#since(user, now);
    if (calls.length >= this.#rules.calls) return false;
    if (this.#calls.size >= this.#rules.users && !this.#calls.has(user))
      this.#calls.delete(this.#calls.keys().next().value as string);
    this.#calls.set(user, [...calls, now]);
    return true;
  }

  #since(user: string, now: number): readonly number[] {
    const { withinMs } = this.#rules;
    return (this.#calls.get(user) ?? []).filter((at) => now - at < withinMs);
  }
}
