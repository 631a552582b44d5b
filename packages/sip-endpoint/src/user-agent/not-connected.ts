/** A user agent was asked for something that needs its server before it had connected. Match it by `code`. */
export class NotConnectedError extends Error {
  /** Stable literal. */
  readonly code = 'ENTENTE_SIP_NOT_CONNECTED';
  /** Name of the server. */
  readonly place: string;
  /** What to do now. */
  readonly remedy = 'call register or connect first';

  /** @param server - name of the server */
  constructor(server: string) {
    super('expected a connection to the server, found none');
    this.name = 'NotConnectedError';
    this.place = server;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
