/**
 * Keeps every version of the topology of a network that was published. It verifies nothing: the reader verifies the signatures.
 *
 * An implementation must pass the rules of `@entente/topology/versions/compliance`.
 */
export interface TopologyVersions {
  /** Where they are, for faults. */
  readonly place: string;
  /** The numbers of the versions that it has, ascending. */
  numbers(): Promise<readonly number[]>;
  /**
   * @param version - its number
   * @returns the signed text as it was added; undefined where it does not have this version
   */
  read(version: number): Promise<string | undefined>;
  /**
   * Adds a version. It is durable when the promise resolves; where it rejects, nothing was added, and a later call may succeed. A version
   * that is there stays as it is: with the same text nothing is done.
   * @param version - its number, from 1
   * @param text - as it was signed; at most 8,388,608 characters
   * @throws a fault with `code`, place and remedy where it cannot be stored, and where there is this version with another text
   */
  add(version: number, text: string): Promise<void>;
}
