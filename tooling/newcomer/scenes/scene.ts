import type { Reader } from '../readmes/reader.ts';

/** Blocks of several READMEs, with what they need around them, in the order in which they need each other. */
export interface Scene {
  readonly name: string;
  /** Homes of the READMEs whose blocks it runs. */
  readonly homes: readonly string[];
  /** @throws Error where a block does not do what its README says */
  play(reader: Reader): Promise<void>;
}
