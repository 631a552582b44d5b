import { profiles } from '@entente/pki';
import { authorityFolder, type RestoredMark, restoredFile } from '@entente/pki/node';
import { HoursOfLooks } from '../due-for-hours.ts';

/** What is needed to end it. */
export interface RestoreEndOptions {
  /** Folder of the authority. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** After that everything that was issued before the restore has expired. */
const longestLifeMs = Math.max(...Object.values(profiles).map(({ lifetimeMs }) => lifetimeMs));

/**
 * Whether everything that was issued before a restore has expired.
 * @param mark - of the restore
 * @param now - milliseconds since 1970
 */
export function isOver({ jumpedAt }: RestoredMark, now: number): boolean {
  // Not from when it was restored: that clock may have been behind.
  return jumpedAt !== undefined && now >= jumpedAt + longestLifeMs;
}

/**
 * Removes the mark of a restore once everything from before has expired. Without it certificates may be revoked that members have, so no clock
 * that is ahead for a moment may end it: its end must have been due at every look for six hours.
 */
export class RestoreEnd {
  readonly #options: RestoreEndOptions;
  readonly #wait = new HoursOfLooks<'over'>();
  #mark: RestoredMark | undefined;

  /**
   * @param mark - as it is in the folder
   * @param options - the folder, and the time
   */
  constructor(mark: RestoredMark | undefined, options: RestoreEndOptions) {
    this.#mark = mark;
    this.#options = options;
  }

  /**
   * Looks whether it is over.
   * @throws Error of the file; the next look tries again
   */
  async look(): Promise<void> {
    if (this.#mark === undefined) return;
    const { directory, now } = this.#options;
    const time = now();
    const due = new Set(isOver(this.#mark, time) ? (['over'] as const) : []);
    if (!this.#wait.look(due, time).has('over')) return;
    await authorityFolder(directory).remove(restoredFile);
    this.#mark = undefined;
  }
}
