import { createRequest } from '@entente/sip';
import { links } from '@entente/topology';
import type { ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import { answerTo, dialAt, finalStatus, startImpostor } from '../harness/impostor.ts';
import { domain, edgeName, type Perimeter, partnerDomain } from '../links-outside/testing/perimeter.ts';

const { edgeToFrontEnd: link } = links;
let requests = 0;

/** A partner who takes every call over the edge, and ends it. */
export interface CalledPartner extends AsyncDisposable {
  /**
   * A server inside calls the partner.
   * @param through - FQDN of the server that the route of the call leads back to
   * @returns the call at the side of the partner
   */
  call(from: ServerPeer, through: string): Promise<PartnerCall>;
}

/** A call that a partner has taken. */
export interface PartnerCall {
  /** Ends it. @returns the final status */
  end(): Promise<number>;
}

/** @param network - its edge carries the calls */
export async function startPartner(network: Perimeter): Promise<CalledPartner> {
  const certificate = await network.issue([partnerDomain], network.authorities.theirs);
  const impostor = await startImpostor(network.ports.partner, certificate, answerTo);
  return {
    async call(from, through) {
      const hop = { name: edgeName, address: '127.0.0.1', port: network.ports.inside, link };
      const { callId, status } = await from.ask(hop, 'INVITE', `sip:bob@${partnerDomain}`, {
        from: `sip:alice@${domain}`,
        headers: { 'Record-Route': `<sip:${through};lr>` },
      });
      const invite = impostor.heard.find((text) => text.includes(callId));
      if (status !== 200 || invite === undefined) throw new Error(`the partner was not called: ${status}`);
      const field = (name: string) => new RegExp(`^${name}: *(.*?)\r?$`, 'im').exec(invite)?.[1] ?? '';
      const { wire } = createRequest({
        method: 'BYE',
        uri: `sip:alice@${domain}`,
        from: `${field('To')};tag=x`,
        to: field('From'),
        callId,
        cseq: 1,
        via: `SIP/2.0/TLS ${partnerDomain};branch=z9hG4bKbye${++requests}`,
        headers: { Route: field('Record-Route') },
      });
      return { end: () => finalStatus(dialAt(network.ports.federation, certificate), wire) };
    },
    [Symbol.asyncDispose]: () => impostor[Symbol.asyncDispose](),
  };
}
