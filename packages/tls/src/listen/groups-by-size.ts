import { OldestFirst } from './oldest-first.ts';

interface Group<T> {
  readonly name: string;
  readonly holders: OldestFirst<T>;
}

/** Holders of places by the group of their address, and the groups by their size. Nothing here takes longer where there are many. */
export class GroupsBySize<T> {
  readonly #groupOf = new Map<T, Group<T>>();
  readonly #holders = new OldestFirst<T>();
  readonly #groups = new Map<string, Group<T>>();
  readonly #bySize: OldestFirst<Group<T>>[] = [];
  #largest = 0;

  /** How many holders there are. */
  get count(): number {
    return this.#holders.size;
  }

  /** The holder that has been here for the longest time. */
  get oldest(): T | undefined {
    return this.#holders.first;
  }

  /** Of the largest group the holder that has been here for the longest time. */
  get oldestOfLargest(): T | undefined {
    return this.#bySize[this.#largest]?.first?.holders.first;
  }

  /** How many holders the largest group has. */
  get largest(): number {
    return this.#largest;
  }

  /**
   * Of a group the holder that has been here for the longest time.
   * @param group - its name
   */
  oldestOf(group: string): T | undefined {
    return this.#groups.get(group)?.holders.first;
  }

  /**
   * How many holders a group has.
   * @param group - its name
   */
  sizeOf(group: string): number {
    return this.#groups.get(group)?.holders.size ?? 0;
  }

  /**
   * The name of the group of a holder.
   * @param holder - undefined is returned where it is not here
   */
  groupOf(holder: T): string | undefined {
    return this.#groupOf.get(holder)?.name;
  }

  /**
   * Takes a holder in.
   * @param holder - is not here
   * @param name - of its group
   */
  add(holder: T, name: string): void {
    const group = this.#groups.get(name) ?? { name, holders: new OldestFirst<T>() };
    this.#groups.set(name, group);
    group.holders.add(holder);
    this.#groupOf.set(holder, group);
    this.#holders.add(holder);
    this.#resized(group, group.holders.size - 1);
  }

  /** @param holder - nothing happens where it is not here */
  remove(holder: T): void {
    const group = this.#groupOf.get(holder);
    if (group === undefined) return;
    this.#groupOf.delete(holder);
    this.#holders.delete(holder);
    group.holders.delete(holder);
    if (group.holders.size === 0) this.#groups.delete(group.name);
    this.#resized(group, group.holders.size + 1);
  }

  #resized(group: Group<T>, before: number): void {
    const { size } = group.holders;
    this.#bySize[before]?.delete(group);
    if (size > 0) {
      const alike = this.#bySize[size] ?? new OldestFirst<Group<T>>();
      this.#bySize[size] = alike;
      alike.add(group);
    }
    this.#largest = Math.max(this.#largest, size);
    while (this.#largest > 0 && (this.#bySize[this.#largest]?.size ?? 0) === 0) this.#largest--;
  }
}
