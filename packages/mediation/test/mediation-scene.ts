import type { Account } from '@entente/accounts';
import type { SipRequest, SipResponse } from '@entente/sip';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { everyPeer, startMediation } from './mediation-network.ts';
import type { AskOptions, ServerPeer } from './server-peer.ts';

type Network = Awaited<ReturnType<typeof startMediation>>;

/** A number outside, as `gw1` writes it. */
export const pstn = 'sip:+44201234@gw1.contoso.example;user=phone';
/** The number of Alice, as a gateway calls it. */
export const aliceNumber = 'sip:+49301001@med1.contoso.example;user=phone';
/** A number outside, as a user calls it. */
export const called = 'sip:+4930555@contoso.example;user=phone';

/** What the tests of a file have in common. The peers are there once its first test runs. */
export interface MediationScene {
  readonly network: Network;
  readonly fe1: ServerPeer;
  readonly gw1: ServerPeer;
  readonly gw2: ServerPeer;
  readonly edge1: ServerPeer;
  /** The front end asks for a user of ours. */
  outward(method: string, uri: string, options?: AskOptions): Promise<SipResponse>;
  /** A gateway asks, `gw1` unless another is named. */
  inward(method: string, uri: string, options?: AskOptions, gateway?: ServerPeer): Promise<SipResponse>;
}

/** A mediation server of these users between a front end, an edge and two gateways, who answer 200 again after each test. */
export function mediationScene(...users: readonly Account[]): MediationScene {
  let network: Network;
  beforeAll(async () => {
    network = await startMediation({ there: everyPeer });
    network.knows(...users);
  });
  afterAll(() => network?.[Symbol.asyncDispose]());
  afterEach(() => {
    for (const peer of [scene.fe1, scene.gw1, scene.gw2, scene.edge1]) {
      peer.chooses = undefined;
      peer.says({ status: 200 });
      peer.received.length = 0;
    }
  });
  const scene: MediationScene = {
    get network() {
      return network;
    },
    get fe1() {
      return network.peer('fe1');
    },
    get gw1() {
      return network.peer('gw1');
    },
    get gw2() {
      return network.peer('gw2');
    },
    get edge1() {
      return network.peer('edge1');
    },
    outward: (method, uri, options) => scene.fe1.ask(network.hop('inside'), method, uri, options),
    inward: (method, uri, options, gateway = scene.gw1) =>
      gateway.ask(network.hop('gateways'), method, uri, { from: pstn, ...options }),
  };
  return scene;
}

/** The last request that a peer has received. */
export const last = (peer: ServerPeer): SipRequest => peer.received.at(-1) as SipRequest;
