import type { AppProcess } from '@entente/testkit';
import { links } from '@entente/topology';
import { linked } from '../network/linked.ts';
import { numbers, places } from '../network/whole-contoso.ts';
import type { DemoDelivery } from '../report/demo-report.ts';
import { Trail } from '../report/trail.ts';
import type { Scene } from './chapter.ts';
import { signInOutside } from './sign-in.ts';

export const servicesTitle = 'Chapter 2. The telephone network, a room, and web services';

/** The servers of this chapter. */
export interface Services {
  readonly mediation: AppProcess;
  readonly gateway: AppProcess;
  readonly chat: AppProcess;
  readonly webServices: AppProcess;
  readonly reverseProxy: AppProcess;
}

/** Starts mediation and a gateway, a chat server, web services and a reverse proxy. */
export async function startServices({ contoso }: Pick<Scene, 'contoso'>): Promise<Services> {
  const start = contoso.startServer;
  const [gateway, mediation, chat, webServices] = await Promise.all([
    start(places.gateway, { role: 'gateway', program: 'tooling/demo/programs/gateway-bin.ts' }),
    start(places.mediation),
    start(places.chat, {
      role: 'trusted-application',
      program: 'apps/chat-room-server/src/bin.ts',
      config: { rooms: [{ address: places.room, moderators: [contoso.user('alice').user.address] }] },
    }),
    start(places.webServices, { role: 'web-services' }),
  ]);
  const reverseProxy = await start(places.reverseProxy, {
    role: 'reverse-proxy',
    program: 'tooling/demo/programs/reverse-proxy-bin.ts',
  });
  return { mediation, gateway, chat, webServices, reverseProxy };
}

/**
 * Calls to and from the telephone network, a message to a room, and a user who signs in from outside.
 * @param edges - settles when edges run
 */
export async function showServices(
  scene: Scene,
  services: Services,
  edges: Promise<unknown> | undefined,
): Promise<void> {
  const { contoso, stage } = scene;
  const { chat, gateway, mediation } = services;
  await Promise.all([
    linked(links.mediationToGateway, mediation, gateway),
    ...contoso.frontEnds.flatMap((frontEnd) => [
      linked(links.frontEndToMediation, frontEnd, mediation),
      linked(links.frontEndToApplication, frontEnd, chat),
    ]),
  ]);
  await stage.deliver('a call to the telephone network', () => callOutside(scene, services));
  await stage.deliver('a call from the telephone network', () => callInside(scene, services));
  await stage.deliver('a message to a room', () => sayInRoom(scene, services));
  // Whether the certificate of the reverse proxy is revoked, somebody outside reads at an edge.
  await edges;
  await stage.deliver('a user signs in from outside', () => signInOutside(scene));
}

/** Alice calls a number, somebody answers, and Alice hangs up. */
async function callOutside({ contoso }: Scene, { gateway }: Services): Promise<DemoDelivery> {
  using trail = new Trail(contoso.processes, 'INVITE', {
    isLast: ({ at, role }) => role === 'server' && at === gateway.name,
  });
  const alice = contoso.user('alice');
  const startedAt = performance.now();
  expectStatus('the call', (await alice.call(`sip:${numbers.outside}@contoso.example;user=phone`)).status);
  const asserted = `sip:${numbers.contoso.alice}@contoso.example;user=phone`;
  await gateway.waitFor('the call', ({ event, from }) => event === 'call-started' && from === asserted);
  expectStatus('BYE', (await alice.hangUp()).status);
  await gateway.waitFor('the end of the call', ({ by, event }) => event === 'call-ended' && by === 'remote');
  const tookMs = Math.round(performance.now() - startedAt);
  return {
    what: 'call',
    from: alice.user.address,
    to: numbers.outside,
    through: await trail.servers(),
    tookMs,
  };
}

/** Somebody in the telephone network calls the number of bob, who answers, and hangs up. */
async function callInside({ contoso }: Scene, { gateway }: Services): Promise<DemoDelivery> {
  using trail = new Trail(contoso.processes, 'INVITE', { isFirst: ({ peer }) => peer === gateway.name });
  const bob = contoso.user('bob');
  const startedAt = performance.now();
  const order = async (id: number, command: object): Promise<void> => {
    gateway.send({ id, ...command });
    const { msg, status } = await gateway.waitFor(JSON.stringify(command), (record) => record.id === id);
    expectStatus(JSON.stringify(command), status ?? msg);
  };
  await order(1, { do: 'call', from: numbers.outside, to: numbers.contoso.bob });
  await bob.process.waitFor(
    'the call',
    ({ event, from }) => event === 'call-started' && String(from).includes(numbers.outside),
  );
  await order(2, { do: 'hang-up' });
  const tookMs = Math.round(performance.now() - startedAt);
  const through = [gateway.name, ...(await trail.servers())];
  return { what: 'call', from: numbers.outside, to: bob.user.address, through, tookMs };
}

/** Alice makes bob a member of the room, and what Alice says there reaches bob. */
async function sayInRoom({ contoso }: Scene, { chat }: Services): Promise<DemoDelivery> {
  const [alice, bob] = [contoso.user('alice'), contoso.user('bob')];
  const room = `sip:${places.room}`;
  expectStatus('/add', (await alice.message(room, `/add ${bob.user.address}`)).status);
  using towards = new Trail(contoso.processes, 'MESSAGE', {
    isLast: ({ at, role }) => role === 'server' && at === chat.name,
  });
  const startedAt = performance.now();
  const text = 'good morning, everybody';
  expectStatus('the message', (await alice.message(room, text)).status);
  await bob.received(text);
  const tookMs = Math.round(performance.now() - startedAt);
  return {
    what: 'MESSAGE',
    from: alice.user.address,
    to: bob.user.address,
    through: [...(await towards.servers()), bob.user.home],
    tookMs,
  };
}

function expectStatus(what: string, status: unknown): void {
  if (status !== 200) throw new Error(`${what} was answered ${String(status)}`);
}
