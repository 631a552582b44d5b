/** What keeps a network from starting or delivering, and that its owner can fix. */
export class NetworkProblem extends Error {
  /** Of a refusal by the authority, e.g. `account-exists`. */
  readonly reason: string | undefined;

  /**
   * @param sentence - what was expected and found
   * @param remedy - what to do
   * @param reason - of a refusal
   */
  constructor(sentence: string, remedy: string, reason?: string) {
    super(`${sentence}; ${remedy}`);
    this.reason = reason;
    this.name = 'NetworkProblem';
  }
}
