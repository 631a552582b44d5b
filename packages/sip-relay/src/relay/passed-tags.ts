import { detached } from '@entente/sip';

/** Devices behind one branch that may have accepted, beside the first. */
const mostFurther = 32;

/** Tags of the devices whose 2xx has gone back: their calls go on, whatever another one behind the same branch has answered. */
export class PassedTags {
  #first: string | undefined = undefined;
  #further: Set<string> | undefined = undefined;

  /** Whether there were so many that one which is not known may have passed all the same. */
  get isFull(): boolean {
    return this.#further !== undefined && this.#further.size >= mostFurther;
  }

  /** @param tag - of To */
  has(tag: string | undefined): boolean {
    return tag !== undefined && (tag === this.#first || this.#further?.has(tag) === true);
  }

  /** @param tag - of To */
  add(tag: string | undefined): void {
    if (tag === undefined || this.has(tag) || this.isFull) return;
    // The text that it is a part of would stay with it.
    const own = detached(tag);
    if (this.#first === undefined) this.#first = own;
    else {
      this.#further ??= new Set();
      this.#further.add(own);
    }
  }
}
