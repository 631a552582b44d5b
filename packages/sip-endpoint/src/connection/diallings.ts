import { DisposedError } from './disposed-error.ts';

/** Diallings that are under way, each shared by all that want the same hop; they end at the latest when they are given up. */
export class Diallings<T> {
  readonly #underWay = new Map<string, { readonly made: Promise<T>; readonly giveUp: () => void }>();

  /**
   * The dialling of a place that is under way, or a new one.
   * @param key - of the places that are dialled
   * @param name - of the hop
   * @param dial - begins it
   */
  share(key: string, name: string, dial: () => Promise<T>): Promise<T> {
    const known = this.#underWay.get(key);
    if (known !== undefined) return known.made;
    let giveUp = () => {};
    const made = new Promise<T>((resolve, reject) => {
      giveUp = () => reject(new DisposedError(name));
      dial().then(resolve, reject);
    }).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, { made, giveUp });
    return made;
  }

  /** What waits for one of them hears that it was disposed of; how the dialling ends is of no use any more. */
  giveUp(): void {
    for (const { giveUp } of this.#underWay.values()) giveUp();
  }
}
