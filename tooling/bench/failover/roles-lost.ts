import { setTimeout as pause } from 'node:timers/promises';
import type { SipRequest } from '@entente/sip';
import type { Call } from '@entente/sip-endpoint';
import type { ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import {
  startTelephoneNetwork,
  type Telephone,
  type TelephoneNetwork,
} from '../../scenarios/telephone/telephone-network.ts';
import { monotonicMs } from '../live-trust/order.ts';
import type { Bench } from '../suite.ts';
import { Findings } from './findings.ts';
import type { PoolMember } from './pool.ts';

/** A call with the telephone network, as each side has it. */
interface TelephoneTalk {
  readonly call: Call;
  /** The one that has taken it; where the first one is slow, that is another one. */
  readonly gateway: ServerPeer;
  readonly invite: SipRequest;
}

const someone = 'tel:+4930555';
const callsOfEach = 2;
/** What has not succeeded by then never does, in milliseconds: far more than is promised. */
const limitMs = 60_000;
const pauseMs = 200;
const patienceMs = 1_000;
const sdp = { contentType: 'application/sdp', body: 'v=0\r\n' };

/**
 * Kills one of two edges, directors, mediation servers and front ends, each while a user outside and one inside call the telephone
 * network again and again, and calls of both are up; after each it starts the server again.
 */
export async function loseRoles(bench: Bench): Promise<void> {
  const findings = new Findings(bench, 'two of each role');
  await using network = await startTelephoneNetwork({ edges: 2, directors: 2, mediation: 2, frontEnds: 2 });
  const scene = await sceneIn(network, findings);
  const { directors, edges, mediation, members } = network.pool;
  for (const [what, [server]] of [
    ['an edge', edges],
    ['a director', directors],
    ['a mediation server', mediation],
    ['a front end', members],
  ] as const) {
    bench.log(`${what} of two, ${server?.fqdn}, is killed`);
    await lose(scene, what, server as PoolMember);
  }
}

interface RolesScene {
  readonly network: TelephoneNetwork;
  readonly findings: Findings;
  readonly gateway: ServerPeer;
  readonly erin: Telephone;
  readonly alice: Telephone;
}

async function sceneIn(network: TelephoneNetwork, findings: Findings): Promise<RolesScene> {
  for (const [index, gateway] of network.gateways.entries())
    gateway.chooses = ({ method }) =>
      method === 'INVITE'
        ? { status: 200, headers: { Contact: `<sip:contact@gw${index + 1}.contoso.example>` }, body: sdp }
        : { status: 200 };
  const [gateway] = network.gateways;
  const erin = await network.telephone('erin', 'outside');
  const alice = await network.telephone('alice', 'inside');
  return { network, findings, gateway, erin, alice };
}

async function lose(scene: RolesScene, what: string, server: PoolMember): Promise<void> {
  const { alice, erin, findings } = scene;
  const talks: TelephoneTalk[] = [];
  for (let index = 0; index < callsOfEach; index++)
    for (const who of [erin, alice]) talks.push(await talk(scene, who));
  const traffic = [
    new Traffic(async () => isUp(await erin.agent.message(alice.address, 'hello'))),
    new Traffic(async () => isUp(await alice.agent.message(erin.address, 'hello'))),
    new Traffic(() => callsAndEnds(erin)),
    new Traffic(() => callsAndEnds(alice)),
    new Traffic(() => isCalled(scene)),
  ];
  await Promise.all(traffic.map((one) => one.succeeds(monotonicMs())));
  const killed = monotonicMs();
  await server.kill();
  const again = await Promise.all(traffic.map((one) => one.succeeds(killed)));
  findings.delays(`${what} is killed: new requests go on`, again);
  const ended = await Promise.all(talks.map((one, index) => endsWithin(scene, one, index % 4 < 2, killed)));
  findings.delays(`${what} is killed: calls are ended by either side, and the other hears of it`, ended);
  for (const one of traffic) await one.stop();
  await server.restart();
  const back = monotonicMs();
  const traffic2 = [erin, alice].map((who) => new Traffic(() => callsAndEnds(who)));
  await Promise.all(traffic2.map((one) => one.succeeds(back)));
  for (const one of traffic2) await one.stop();
}

/** Does one thing again and again: after an answer, and after a second without one, as a user does who is in a hurry. */
class Traffic {
  readonly #act: () => Promise<boolean>;
  readonly #successes: { readonly begun: number; readonly ended: number }[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(act: () => Promise<boolean>) {
    this.#act = act;
    this.#running = this.#run();
  }

  /**
   * The end of the first success that has begun since a moment.
   * @returns milliseconds since then; undefined where none came in time
   */
  async succeeds(since: number): Promise<number | undefined> {
    while (monotonicMs() - since < limitMs) {
      const found = this.#successes.find(({ begun }) => begun >= since);
      if (found !== undefined) return found.ended - since;
      await pause(pauseMs);
    }
    return undefined;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    await Promise.all(this.#underWay);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const attempt = this.#attempt();
      this.#underWay.add(attempt);
      void attempt.then(() => this.#underWay.delete(attempt));
      await Promise.race([attempt, pause(patienceMs)]);
      await pause(pauseMs);
    }
  }

  async #attempt(): Promise<void> {
    const begun = monotonicMs();
    const isGood = await this.#act().catch(() => false);
    if (isGood) this.#successes.push({ begun, ended: monotonicMs() });
  }
}

/** Servers that have just started may not have found each other yet. */
async function talk({ network }: RolesScene, who: Telephone): Promise<TelephoneTalk> {
  const since = monotonicMs();
  for (;;) {
    const outcome = await who.agent.call(someone, sdp);
    if (outcome.ok) {
      const { call } = outcome;
      const isOfCall = ({ callId, method }: SipRequest) =>
        method === 'INVITE' && callId === call.dialog.callId;
      const taken = network.gateways.flatMap((gateway) =>
        gateway.received.filter(isOfCall).map((invite) => ({ call, gateway, invite })),
      );
      // One that it was offered to before may have it as well.
      return taken.at(-1) as TelephoneTalk;
    }
    if (monotonicMs() - since > limitMs) throw new Error(`a call was answered ${outcome.response.status}`);
    await pause(pauseMs);
  }
}

async function callsAndEnds(who: Telephone): Promise<boolean> {
  const outcome = await who.agent.call(someone, sdp);
  return outcome.ok && isUp(await outcome.call.hangUp());
}

/** The gateway calls a user by either mediation server, as gateways do where one does not answer. */
async function isCalled({ gateway, network }: RolesScene): Promise<boolean> {
  for (const index of [0, 1]) {
    const hop = network.towardsMediation(index);
    const from = 'sip:+44201234@gw1.contoso.example;user=phone';
    const answer = await gateway
      .ask(hop, 'INVITE', 'tel:+49301001', { from, body: sdp })
      .catch(() => undefined);
    if (answer === undefined || !isUp(answer)) continue;
    await gateway.acknowledge(hop, answer);
    const contact = answer.contacts[0]?.uri.toString() ?? '';
    return isUp(await gateway.ask(hop, 'BYE', contact, { inDialog: answer }));
  }
  return false;
}

/** @param byUser - whether the user ends it, or the gateway */
async function endsWithin(
  { network }: RolesScene,
  { call, gateway, invite }: TelephoneTalk,
  byUser: boolean,
  since: number,
): Promise<number | undefined> {
  while (monotonicMs() - since < limitMs) {
    if (byUser) {
      const hasHeard = () =>
        gateway.received.some(({ callId, method }) => method === 'BYE' && callId === invite.callId);
      const answer = await call.hangUp().catch(() => undefined);
      return answer !== undefined && isUp(answer) && hasHeard() ? monotonicMs() - since : undefined;
    }
    for (const index of [0, 1]) {
      const contact = invite.contacts[0]?.uri.toString() ?? '';
      const answer = await gateway
        .ask(network.towardsMediation(index), 'BYE', contact, { inDialog: invite })
        .catch(() => undefined);
      if (answer === undefined || !isUp(answer)) continue;
      return (await call.ended) === 'remote' ? monotonicMs() - since : undefined;
    }
    await pause(pauseMs);
  }
  return undefined;
}

function isUp({ status }: { readonly status: number }): boolean {
  return status === 200;
}
