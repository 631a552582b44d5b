/** A request whose provisional responses and further 2xx are counted. */
export interface Answered {
  /** Seconds of the clock of timers, until which they are paid: each takes one of the time to come. */
  paidUntil: number;
}
