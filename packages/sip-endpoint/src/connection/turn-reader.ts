/** Has bytes that wait to be read. */
export interface TurnReader {
  readArrived(): void;
  /** How many bytes have come lately, of one peer; undefined where many share the connection. */
  readonly recentBytes?: number | undefined;
}
