import { createRequest } from '@entente/sip';
import { createTokenSource, type IncomingCall, SipEndpoint } from '@entente/sip-endpoint';
import { connect } from '@entente/tls';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApplicationNetwork, startApplicationNetwork } from './testing/application-network.ts';

const frontEnd = 'fe1.contoso.example';
const echoAddress = 'sip:echo@chat1.contoso.example';
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** A front end that brings calls and vouches for no caller, as for those of partners. */
async function bringer(network: ApplicationNetwork) {
  const identity = await network.identityOf(frontEnd);
  const newToken = createTokenSource();
  const endpoint = new SipEndpoint({
    sentBy: { host: frontEnd },
    newToken,
    user: { onRequest() {}, onAck() {} },
    async dial({ address: host, link, name, port }) {
      const { trust } = network;
      const expected = { mode: 'host', name } as const;
      return {
        socket: await connect({ host, port, trust, identity, expect: expected, allow: [name] }),
        link,
      };
    },
  });
  opened.push(endpoint);
  const port = network.applicationPorts[0] as number;
  const hop = {
    name: 'chat1.contoso.example',
    address: '127.0.0.1',
    port,
    link: links.frontEndToApplication,
  };
  /** Calls from an address, with what else a front end writes; the status that it is answered. */
  return async (from: string, headers: Record<string, string> = {}): Promise<number> => {
    const invite = createRequest({
      method: 'INVITE',
      uri: echoAddress,
      from: `<${from}>;tag=${newToken()}`,
      to: `<${echoAddress}>`,
      callId: newToken(),
      cseq: 1,
      headers: { Contact: `<sip:${frontEnd}>`, ...headers },
    });
    return (await endpoint.ask(invite, await endpoint.reach(hop))).status;
  };
}

describe('callers for whom nobody vouches', () => {
  it('have a bound for all of their domain, whatever user they write; others are called as before', async () => {
    const network = await startApplicationNetwork();
    opened.push(network);
    const ringing: IncomingCall[] = [];
    await network.application(
      { ...{ maxCalls: 8, maxCallsOfUser: 2 }, onCall: (incoming) => void ringing.push(incoming) },
      0,
      false,
    );
    const call = await bringer(network);
    const ofPartner = [1, 2].map((user) => call(`sip:user${user}@fabrikam.example`));
    await expect.poll(() => ringing.length).toBe(2);
    expect(await call('sip:user3@Fabrikam.Example')).toBe(486);
    const others = [
      call('sip:user1@partner.contoso.example'),
      call('sip:alice@contoso.example', { 'P-Asserted-Identity': '<sip:alice@contoso.example>' }),
    ];
    await expect.poll(() => ringing.length).toBe(4);
    ringing[0]?.reject(480);
    expect(await ofPartner[0]).toBe(480);
    const next = call('sip:user4@fabrikam.example');
    await expect.poll(() => ringing.length).toBe(5);
    for (const one of ringing) one.reject(603);
    expect(await Promise.all([ofPartner[1], ...others, next])).toEqual([603, 603, 603, 603]);
  });
});
