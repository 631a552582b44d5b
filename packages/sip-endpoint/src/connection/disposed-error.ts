/** Something was asked for that needs a connection, after the endpoint or the user agent was disposed of. Match it by `code`. */
export class DisposedError extends Error {
  /** Stable literal. */
  readonly code = 'ENTENTE_SIP_DISPOSED';
  /** Name of the server that was to be dialled. */
  readonly place: string;
  /** What to do now. */
  readonly remedy = 'make another one, or ask before you dispose of it';

  /** @param place - name of the server that was to be dialled */
  constructor(place: string) {
    super('expected an endpoint or a user agent that is in use, found one that was disposed of');
    this.name = 'DisposedError';
    this.place = place;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
