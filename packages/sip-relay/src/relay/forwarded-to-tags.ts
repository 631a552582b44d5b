import { detached } from '@entente/sip';

/** Devices behind one branch that may have accepted, beside the first. */
const mostFurther = 32;

/** Tags of the devices whose 2xx has gone back: their calls go on, whatever another one behind the same branch has answered. */
export class PassedTags {
  #first: string | undefined = undefined;
  #further: Set<string> | undefined = undefined;

  /**
   * Whether one may have passed: where there were too many to be kept, each may.
   * @param tag - of To
   */
  has(tag: string | undefined): boolean {
    if (tag === undefined) return false;
    return tag === this.#first || this.#further?.has(tag) === true || this.#isFull;
  }

  /** @param tag - of To */
  add(tag: string | undefined): void {
    if (tag === undefined || this.has(tag)) return;
    // The text that it is a part of would stay with it.
    const own = detached(tag);
    if (this.#first === undefined) this.#first = own;
    else {
      this.#further ??= new Set();
      this.#further.add(own);
    }
  }

  get #isFull(): boolean {
    return this.#further !== undefined && this.#further.size >= mostFurther;
  }
}
