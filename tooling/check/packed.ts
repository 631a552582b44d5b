/** A package as a user would install it. */
export interface Packed {
  readonly name: string;
  /** Its folder in the repository, e.g. `packages/trust`. */
  readonly home: string;
  /** Absolute path of the file that was packed. */
  readonly tarball: string;
}
