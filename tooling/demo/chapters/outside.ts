import type { AppProcess } from '@entente/testkit';
import { links } from '@entente/topology';
import { linked } from '../network/linked.ts';
import type { DemoDelivery } from '../report/demo-report.ts';
import { Trail } from '../report/trail.ts';
import { readAccounts, readPublishedObjects } from './asked-over-http.ts';
import type { Scene } from './chapter.ts';
import { externalUser } from './external-user.ts';

export const outsideTitle = 'Chapter 3. Users outside: edges, and directors that authenticate them';

/** The servers of this chapter. */
export interface Outside {
  readonly directors: readonly AppProcess[];
  readonly edges: readonly AppProcess[];
}

/** Starts directors and edges, and the client of a user outside. */
export async function startOutside({ contoso }: Pick<Scene, 'contoso'>): Promise<Outside> {
  const { directors, edge, secondEdge } = contoso.organisation;
  const start = (role: 'director' | 'edge', places: readonly { readonly fqdn: string }[]) =>
    Promise.all(places.map(({ fqdn }) => contoso.startServer(fqdn, { role })));
  // An edge lets nobody in while no director answers.
  const [first, second] = [await start('director', directors), await start('edge', [edge, secondEdge])];
  await (await contoso.startUser('erin')).register();
  return { directors: first, edges: second };
}

/** Messages from and to a user outside, a user who moves to another edge in a call, and what everybody may read. */
export async function showOutside(scene: Scene, { directors, edges }: Outside): Promise<void> {
  const { contoso, stage } = scene;
  const [alice, erin] = [contoso.user('alice'), contoso.user('erin')];
  await Promise.all([
    ...contoso.frontEnds.flatMap((frontEnd) =>
      directors.map((director) => linked(links.directorToFrontEnd, director, frontEnd)),
    ),
    // The authority pushes into the perimeter, which asks for nothing inside.
    ...edges.map((edge) => linked(links.authorityToEdge, contoso.authority, edge)),
  ]);
  for (const [title, from, to] of [
    ['a message from an external user', erin, alice],
    ['a message to an external user', alice, erin],
  ] as const)
    await stage.deliverOver([contoso], title, async () => {
      const startedAt = performance.now();
      const text = title;
      expectStatus(title, (await from.message(`sip:${to.user.address}`, text)).status);
      await to.received(text);
      const tookMs = Math.round(performance.now() - startedAt);
      return { what: 'MESSAGE', from: from.user.address, to: to.user.address, through: [], tookMs };
    });
  await stage.deliver('a user outside moves to another edge in a call', () => moveInCall(scene, edges));
  await stage.deliver('somebody outside reads the revocation list', () => readPublishedObjects(scene));
  await stage.deliver('an administrator lists the accounts', () => readAccounts(scene));
}

/**
 * Carol calls somebody outside, whose telephone loses its edge and comes back at the other one; then Carol hangs up. The BYE goes to the edge that
 * the route of the call names, which hands it to the one that has the telephone now.
 */
async function moveInCall({ contoso }: Scene, edges: readonly AppProcess[]): Promise<DemoDelivery> {
  const { edge, secondEdge } = contoso.organisation;
  const carol = contoso.user('carol');
  await using frank = await externalUser(contoso, 'frank', [
    edge.externalPorts.clients,
    secondEdge.externalPorts.clients,
  ]);
  await frank.register();
  // On a machine that is busy a server may take the first edge for dead, and sends the BYE to the other one at once: then once more.
  for (let attempt = 1; ; attempt++) {
    const startedAt = performance.now();
    expectStatus('the call', (await carol.call(`sip:${frank.address}`)).status);
    await frank.move();
    using trail = new Trail(contoso.processes, 'BYE');
    expectStatus('BYE', (await carol.hangUp()).status);
    await frank.callEnded();
    const through = await trail.servers();
    const tookMs = Math.round(performance.now() - startedAt);
    if (edges.every(({ name }) => through.includes(name)))
      return { what: 'call', from: carol.user.address, to: frank.address, through, tookMs };
    if (attempt === 3)
      throw new Error(`expected both edges on the way of the BYE, found ${through.join(', ')}`);
  }
}

function expectStatus(what: string, status: number | undefined): void {
  if (status !== 200) throw new Error(`${what} was answered ${status ?? 'nothing'}`);
}
