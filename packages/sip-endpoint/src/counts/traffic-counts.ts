/** Methods that are counted by name: those of the RFCs. What a peer makes up counts as `other`. */
export const countedMethods = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'REGISTER',
  'OPTIONS',
  'INFO',
  'PRACK',
  'UPDATE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'MESSAGE',
  'PUBLISH',
  'other',
] as const;

const other = countedMethods.length - 1;
const placeOf: ReadonlyMap<string, number> = new Map(countedMethods.map((method, place) => [method, place]));

/** What an endpoint has seen since it was made. Each message is one addition; nothing here is named by a peer. */
export class TrafficCounts {
  /** New requests that were taken, at the places of {@link countedMethods}. */
  readonly requests: number[] = countedMethods.map(() => 0);
  /** Final answers to requests, by the first digit of their status. */
  readonly answers: number[] = [0, 0, 0, 0, 0, 0, 0];
  /** Connections that are open, by the name of their link, which is a row of the allow matrix. */
  readonly connections = new Map<string, number>();

  /** @param method - of a new request */
  request(method: string): void {
    const place = placeOf.get(method) ?? other;
    this.requests[place] = (this.requests[place] as number) + 1;
  }

  /** @param status - final, of an answer to a request */
  answer(status: number): void {
    const place = Math.min(6, Math.trunc(status / 100));
    this.answers[place] = (this.answers[place] as number) + 1;
  }

  /**
   * @param link - its name
   * @param more - 1 where a connection was opened, -1 where one was closed
   */
  connection(link: string, more: 1 | -1): void {
    this.connections.set(link, (this.connections.get(link) ?? 0) + more);
  }
}
