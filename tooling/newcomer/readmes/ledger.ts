import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A block that is not executed, and why. */
export interface Unplayed {
  /** Folder of the package. */
  readonly home: string;
  /** Words by which the block is found. */
  readonly contains: string;
  readonly reason: string;
}

/** Blocks of READMEs that cannot be executed as they are. An entry whose block is gone is refused. */
export const ledger = parse(
  readFileSync(new URL('ledger.yaml', import.meta.url), 'utf8'),
) as readonly Unplayed[];
