/**
 * A change to the sources that turns one check off, and the test that must notice. A file
 * `tooling/mutation/patches/<room>.yaml` is a list of them.
 */
export interface MutationPatch {
  /** Unique within its list; `<room>/<name>` names it on the command line. */
  readonly name: string;
  /** The check that is off, as a sentence: "a certificate's signature is not verified". */
  readonly off: string;
  /** Path of a file below the root; or of a folder, with `/` at its end, where code may move between files. */
  readonly file: string;
  /** Text that occurs exactly once in the file, or in all sources of the folder together. */
  readonly find: string;
  readonly replace: string;
  /** The test that must pass without the patch and fail with it. */
  readonly test: NamedTest;
}

/** A test by its file and its title, without the titles of what surrounds it. */
export interface NamedTest {
  readonly file: string;
  readonly title: string;
  /** The tests of its file build on each other, so all of them run. */
  readonly inOrder?: true;
}
