/** What a policy sees of a request: plain data, a copy, so that it can change nothing. */
export interface RequestView {
  /** As in the request line, with case. */
  readonly method: string;
  /** The Request-URI as text. */
  readonly uri: string;
  /** Value of From as text, with its parameters. */
  readonly from: string;
  /** Value of To as text, with its parameters. */
  readonly to: string;
  /**
   * All header fields but what proves a password (Authorization, Proxy-Authorization): names in lower case and in full, never compact, each
   * with its values in order, one for each field.
   */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** The body as UTF-8 text; empty where there is none. */
  readonly body: string;
}

/** Why a policy refuses a request. */
export interface PolicyRefusal {
  /** A sentence for the operator's log, of which 200 characters are kept; the sender does not see it. */
  readonly sentence: string;
}

/**
 * Sees a request that has passed every other check of a front end, a director or an edge, before anything is done about it, and can only refuse it. A
 * policy of a plugin runs in a process of its own and answers within its time limit; any other value than these two is a failure, and so is a
 * throw. A request that passes two servers is shown to the policies of both; ACK and CANCEL, which belong to a request that was
 * shown, are not.
 */
export interface RequestPolicy {
  /**
   * Judges a request.
   * @param view - of the request
   * @returns a refusal; `undefined` for no opinion
   */
  judge(view: RequestView): PolicyRefusal | undefined | Promise<PolicyRefusal | undefined>;
}

/** The port a plugin provides a {@link RequestPolicy} for. */
export const requestPolicyPort: {
  readonly name: 'request-policy';
  readonly version: 2;
  readonly contract?: RequestPolicy;
  readonly process: 'own';
} = { name: 'request-policy', version: 2, process: 'own' };
