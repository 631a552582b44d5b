import { checkCreatedNetwork } from '../create-network.ts';
import type { Part } from '../part.ts';

/** `npm create @entente my-net`, and what it prints, until a first message is delivered. */
export const part: Part = {
  name: 'create',
  run: ({ log, newcomer, packed }) => checkCreatedNetwork(packed, log, newcomer.nodePath),
};
