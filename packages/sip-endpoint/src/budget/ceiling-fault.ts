/** A ceiling that is not a number in its range, and so would be none. Match it by `code`. */
export class CeilingFault extends RangeError {
  /** Stable literal. */
  readonly code = 'ENTENTE_SIP_CEILING_INVALID';
  /** The setting. */
  readonly place: string;
  /** What to do now. */
  readonly remedy = 'give a whole number in this range, or leave the default';

  /**
   * @param place - the setting
   * @param least - of its range
   * @param most - of its range
   * @param found - what it was set to
   */
  constructor(place: string, least: number, most: number, found: unknown) {
    super(`expected a whole number from ${least} to ${most}, found ${String(found)}`);
    this.name = 'CeilingFault';
    this.place = place;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
