/** What a policy sees of a request: copies, so that it can change nothing. */
export interface RequestView {
  readonly method: string;
  /** The Request-URI as text. */
  readonly uri: string;
  /** Value of From as text, with its parameters. */
  readonly from: string;
  /** Value of To as text, with its parameters. */
  readonly to: string;
  /**
   * @param name - of a header field, in any case or its compact form
   * @returns its first value, or `undefined` where there is none
   */
  header(name: string): string | undefined;
  /** The body as UTF-8 text; empty where there is none. */
  readonly body: string;
}

/** Why a policy refuses a request. */
export interface PolicyRefusal {
  /** A sentence for the operator's log; the sender does not see it. */
  readonly sentence: string;
}

/**
 * Sees a request that has passed every other check of a front end, before anything is done about it, and can only refuse it. It
 * answers at once: a throw, a Promise or any other value than these two counts as a refusal. A request that passes two front
 * ends is shown to the policies of both; ACK and CANCEL, which belong to a request that was shown, are not.
 */
export interface RequestPolicy {
  judge(view: RequestView): PolicyRefusal | undefined;
}

/** The port a plugin provides a {@link RequestPolicy} for. */
export const requestPolicyPort: {
  readonly name: 'request-policy';
  readonly version: 1;
  readonly contract?: RequestPolicy;
} = { name: 'request-policy', version: 1 };
