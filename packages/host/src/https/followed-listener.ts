/** Where a server listens, as the topology says. */
export interface ListeningPlace {
  /** Address; every one of the machine where it is absent. */
  readonly host: string | undefined;
  /** Port, as the topology gives it. */
  readonly port: number;
}

/** A listener that can be closed. */
export interface OpenListener {
  /** Port it listens on. */
  readonly port: number;
  /** Accepts no more connections; those that are open stay. */
  stopAccepting(): void;
  /** Stops accepting, and settles once every connection has ended or was closed. */
  close(): Promise<void>;
}

/** What a {@link FollowedListener} listens with. */
export interface FollowedListenerOptions {
  /** Where it is to listen now; undefined: nowhere. */
  readonly wanted: () => ListeningPlace | undefined;
  /** Opens a listener at a place; called again, after `retryMs`, where it rejects. */
  readonly listen: (place: ListeningPlace) => Promise<OpenListener>;
  /** The place that is wanted now could not be opened. Called once for the same fault in a row: it is tried again, see `retryMs`. */
  readonly onFault: (fault: unknown) => void;
  /**
   * After how many milliseconds a place is tried again that could not be opened: the machine may have its address, or its port be free, a
   * moment later. Default 30,000.
   */
  readonly retryMs?: number;
}

const defaultRetryMs = 30_000;

/** A listener that is open exactly where, and while, the topology in force has it. */
export class FollowedListener implements AsyncDisposable {
  readonly #options: FollowedListenerOptions;
  #place: ListeningPlace | undefined;
  #open: OpenListener | undefined;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  /** @param options - where, and how */
  constructor(options: FollowedListenerOptions) {
    this.#options = options;
  }

  /** The port on which it listens; undefined where it does not. */
  get port(): number | undefined {
    return this.#open?.port;
  }

  /**
   * Listens where it is wanted.
   * @throws what `listen` throws
   */
  open(): Promise<void> {
    return this.#follow();
  }

  /**
   * Another topology is in force.
   * @returns settles once it is followed, or its place could not be opened; never rejects
   */
  changed(): Promise<void> {
    return this.#tryToFollow();
  }

  /** Accepts no more connections; those that are open stay. */
  stopAccepting(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#open?.stopAccepting();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#last;
    await this.#open?.close();
  }

  /** @param known - what was reported already of the place that is wanted */
  #tryToFollow(known?: string): Promise<void> {
    const { onFault, retryMs = defaultRetryMs } = this.#options;
    this.#last = this.#last
      .then(() => {
        clearTimeout(this.#retry);
        return this.#follow();
      })
      .catch((fault: unknown) => {
        const message = String(fault);
        // It may have been closed while it tried.
        if (!this.#isClosed) {
          this.#retry = setTimeout(() => void this.#tryToFollow(message), retryMs);
          this.#retry.unref();
        }
        if (message !== known) onFault(fault);
      });
    return this.#last;
  }

  async #follow(): Promise<void> {
    if (this.#isClosed) return;
    const wanted = this.#options.wanted();
    if (wanted?.host === this.#place?.host && wanted?.port === this.#place?.port) return;
    await this.#open?.close();
    this.#open = undefined;
    this.#place = undefined;
    if (wanted === undefined) return;
    const opened = await this.#options.listen(wanted);
    // It accepts no more since: a port that opens during a drain would take new connections.
    if (this.#isClosed) return opened.close();
    this.#open = opened;
    this.#place = wanted;
  }
}
