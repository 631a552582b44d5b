import type { Packed } from '../check/packed.ts';
import type { Problem } from '../check/problem.ts';
import type { Newcomer } from './place/newcomer.ts';

/** What a part is given. */
export interface PartSetting {
  /** Absolute path of the repository, for its pages. */
  readonly root: string;
  /** Every package that is published. */
  readonly packed: readonly Packed[];
  /** Somebody with npm and one version of Node, and nothing of this repository. */
  readonly newcomer: Newcomer;
  /** Whether each page has a folder of its own even where several could share one. */
  readonly apart: boolean;
  readonly log: (line: string) => void;
}

/** Something that a newcomer does: each `parts/<name>.ts` exports one as `part`. */
export interface Part {
  /** As the file is called. */
  readonly name: string;
  /** @returns what did not go as a page says */
  run(setting: PartSetting): Promise<Problem[]>;
}
