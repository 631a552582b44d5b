import type { Network } from '@entente/testkit';
import type { WholeTopology } from '../network/whole-contoso.ts';
import type { Stage } from '../stage.ts';

/** What chapters inside contoso.example play with. */
export interface Scene {
  readonly stage: Stage;
  readonly contoso: Network;
  readonly whole: WholeTopology;
}

/** How many chapters the demo has. */
export const chapterCount = 4;
