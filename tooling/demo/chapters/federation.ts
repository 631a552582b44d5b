import {
  type Federation,
  federatedDeliveries,
  refusalAtEdge,
  uninvitedEdgePeers,
} from '@entente/testkit/repository';
import { links } from '@entente/topology';
import { linked } from '../network/linked.ts';
import { numbers } from '../network/whole-contoso.ts';
import type { Scene } from './chapter.ts';
import type { Services } from './services.ts';

export const federationTitle =
  'Chapter 4. A second organisation: fabrikam.example. Each trusts the other for its own names only';

/** What is delivered from the first user of the two that are at home in different organisations. */
const between = federatedDeliveries.filter(({ title }) => /partner|of the two/.test(title));

/** Messages and calls between two organisations, a number that belongs to the partner, and who is not let in. */
export async function showFederation(
  { contoso, stage }: Scene,
  federation: Federation,
  { mediation }: Services,
): Promise<void> {
  const { fabrikam } = federation;
  const networks = [contoso, fabrikam];
  for (const { run, title } of between) await stage.deliverOver(networks, title, () => run(federation));
  await Promise.all(contoso.edges.map((edge) => linked(links.edgeToMediation, edge, mediation)));
  await stage.deliverOver(networks, 'a call to a number of a partner', async () => {
    const [caller, called] = [contoso.user('alice'), fabrikam.user('alice')];
    const startedAt = performance.now();
    const before = called.process.records.length;
    // Nobody says where the number belongs: mediation finds it in the topology.
    const { status } = await caller.call(`sip:${numbers.fabrikam.alice}@contoso.example;user=phone`);
    if (status !== 200) throw new Error(`the call was answered ${status}`);
    await called.process.waitFor(
      'the call',
      (record) => record.event === 'call-started' && called.process.records.indexOf(record) >= before,
    );
    const ended = await caller.hangUp();
    if (ended.status !== 200) throw new Error(`BYE was answered ${ended.status}`);
    const tookMs = Math.round(performance.now() - startedAt);
    return { what: 'call', from: caller.user.address, to: called.user.address, through: [], tookMs };
  });
  stage.paper.title('Connections and requests that the edge refuses');
  for (const peer of uninvitedEdgePeers)
    await stage.refuse(peer.attack, () => refusalAtEdge(federation, peer), links.federation.row);
}
