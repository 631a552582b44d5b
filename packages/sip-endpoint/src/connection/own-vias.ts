import { Via } from '@entente/sip';

/** What stands in a Via of ours. */
export interface SentBy {
  /** A name that our certificate has. */
  readonly host: string;
  /** On which we listen for the peer; none where we do not listen. */
  readonly port?: number;
}

interface Made {
  mutual: Via | undefined;
  plain: Via | undefined;
}

/** The Vias that an endpoint writes: host and port are checked once, and only the branch is new each time. */
export class OwnVias {
  readonly #made = new WeakMap<SentBy, Made>();

  /**
   * @param own - by its identity
   * @param mutual - whether both ends of the connection have proven who they are, so that it may be used in both directions (`alias`, RFC
   * 5923)
   * @param branch - with the magic cookie
   */
  with(own: SentBy, mutual: boolean, branch: string): Via {
    let made = this.#made.get(own);
    if (made === undefined) {
      made = { mutual: undefined, plain: undefined };
      this.#made.set(own, made);
    }
    const known = mutual ? made.mutual : made.plain;
    if (known !== undefined) return known.withBranch(branch);
    const { host, port } = own;
    const parameters = mutual ? { alias: true as const } : {};
    const via = Via.from({ transport: 'TLS', host, port, branch, parameters });
    if (mutual) made.mutual = via;
    else made.plain = via;
    return via;
  }
}
