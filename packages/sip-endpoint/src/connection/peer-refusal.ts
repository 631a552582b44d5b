import { type ConnectionRefusal, TrustError } from '@entente/tls';

/** Whether a server that was dialled has closed the connection after its verdict: remembered until somebody listens. */
export class PeerRefusal {
  readonly #place: string;
  #error: TrustError | undefined;
  #listener: ((error: TrustError) => void) | undefined;

  /** @param place - `host:port` of the server */
  constructor(place: string) {
    this.#place = place;
  }

  /** A connection was refused: by this side, or by the server. */
  found({ rejection, when }: ConnectionRefusal): void {
    if (when !== 'peer') return;
    this.#error = new TrustError(rejection, this.#place);
    this.#listener?.(this.#error);
  }

  /** @param listener - called at once where it has refused already */
  tell(listener: (error: TrustError) => void): void {
    this.#listener = listener;
    if (this.#error !== undefined) listener(this.#error);
  }
}
