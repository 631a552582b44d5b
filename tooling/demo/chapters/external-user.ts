import { randomBytes } from 'node:crypto';
import { setInterval } from 'node:timers/promises';
import { type Call, UserAgent } from '@entente/sip-endpoint';
import type { Network } from '@entente/testkit';
import { connect } from '@entente/tls';
import { links } from '@entente/topology';
import { networkTrust } from '../network/network-trust.ts';

/** A telephone outside that knows several edges. */
export interface ExternalUser extends AsyncDisposable {
  readonly address: string;
  register(): Promise<void>;
  /** Loses its connection, and registers at the next edge. */
  move(): Promise<void>;
  /** Settles once the call that it has answered was ended by the other side. */
  callEnded(): Promise<void>;
}

const silence = {
  contentType: 'application/sdp',
  body: [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 9 RTP/SAVP 0',
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${randomBytes(30).toString('base64')}`,
    'a=inactive',
    '',
  ].join('\r\n'),
};

/**
 * A telephone of a user, in this process: it answers each call.
 * @param network - whose user it is
 * @param name - user part of the address
 * @param ports - of edges, in the order to try; after a move the next one is the first
 */
export async function externalUser(
  network: Network,
  name: string,
  ports: readonly number[],
): Promise<ExternalUser> {
  const { domain, users } = network.organisation;
  const address = `${name}@${domain}`;
  const user = users.find((candidate) => candidate.address === address);
  if (user === undefined) throw new Error(`${domain} has no user ${name}`);
  const trust = await networkTrust(network);
  let order = ports;
  let call: Call | undefined;
  const agent = new UserAgent({
    addressOfRecord: `sip:${address}`,
    credentials: {
      secret: { username: name, password: user.password },
      ...(user.md5 === true ? { algorithms: ['MD5'] } : {}),
    },
    server: { name: domain, address: '', port: 0, link: links.clientToEdge },
    locate: async () => order.map((port) => ({ host: domain, address: '127.0.0.1', port })),
    dial: async (hop) => {
      const socket = await connect({
        host: hop.address,
        port: hop.port,
        trust,
        expect: { mode: 'sip-domain', domain: hop.name },
        allow: [hop.name],
        link: { name: hop.link.name, interface: 'internal' },
      });
      return { socket, link: hop.link };
    },
    newToken: () => randomBytes(12).toString('hex'),
    stay: { baseMs: 200 },
    events: {
      onCall(incoming) {
        call = incoming.accept(silence);
      },
    },
  });
  return {
    address,
    async register() {
      const { status } = await agent.register();
      if (status !== 200) throw new Error(`${address} could not register: ${status}`);
    },
    async move() {
      const [first, ...others] = order;
      order = first === undefined ? others : [...others, first];
      let lost = agent.connection;
      lost?.socket.destroy();
      for await (const _ of setInterval(20, undefined, { signal: AbortSignal.timeout(60_000) })) {
        const { connection, registration } = agent;
        if (registration.state !== 'registered' || connection === lost) continue;
        if (registration.server?.port === order[0]) return;
        // The other edge was slow, and it has come back at the one that it had lost.
        lost = connection;
        connection?.socket.destroy();
      }
    },
    async callEnded() {
      const by = await call?.ended;
      if (by !== 'remote') throw new Error(`expected the other side to end the call, found ${by}`);
    },
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
    },
  };
}
