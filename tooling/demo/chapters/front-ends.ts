import { deliveries, refusalOf, uninvitedPeers } from '@entente/testkit/repository';
import type { Scene } from './chapter.ts';

export const frontEndsTitle = 'Chapter 1. A pool of front ends: contoso.example';

const [first, ...others] = deliveries;

/** The first delivery of all: what comes next starts after it. */
export async function showFirstDelivery({ contoso, stage }: Scene): Promise<void> {
  if (first !== undefined) await stage.deliverOver([contoso], first.title, () => first.run(contoso));
}

/** Messages and calls at one front end and across the two, and who is not let in. */
export async function showFrontEnds({ contoso, stage }: Scene): Promise<void> {
  for (const { run, title } of others) await stage.deliverOver([contoso], title, () => run(contoso));
  stage.paper.title('Connections and requests that are refused');
  for (const peer of uninvitedPeers) await stage.refuse(peer.attack, () => refusalOf(contoso, peer));
}
