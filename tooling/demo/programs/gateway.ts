import tls from 'node:tls';
import type { Logger } from '@entente/host';
import type { Member } from '@entente/member';
import { createRequest, createResponse, type SipRequest } from '@entente/sip';
import {
  type Call,
  createTokenSource,
  dialServer,
  type EndpointUser,
  IncomingCall,
  type Line,
  OpenCalls,
  placeCall,
  type ServerTransaction,
  type SipConnection,
  SipEndpoint,
  UserSession,
} from '@entente/sip-endpoint';
import { logRefusal, serve, systemClock } from '@entente/tls';
import { linkOfServer, links, noLink, type ServerInterface } from '@entente/topology';
import { session } from '../../../packages/testkit/src/network/calling-agent.ts';

const allowed = 'INVITE, ACK, BYE, CANCEL, OPTIONS';
/**
 * A PSTN gateway without a telephone network: every number that it is called for rings and answers, and it calls as a subscriber when it is
 * told to. It speaks MTLS to the mediation servers of the topology, and to nobody else.
 */
export class Gateway implements AsyncDisposable {
  readonly #member: Member;
  readonly #logger: Logger;
  readonly #endpoint: SipEndpoint;
  readonly #calls = new OpenCalls();
  readonly #sessions = new WeakMap<SipConnection, UserSession>();
  readonly #own: ServerInterface;
  readonly #newToken = createTokenSource();
  #server: { close(): Promise<void> } | undefined;
  #call: Call | undefined;
  #sequence = 0;

  /**
   * @param member - joined, with the role gateway
   * @param logger - hears of calls, as of a telephone
   */
  constructor(member: Member, logger: Logger) {
    this.#member = member;
    this.#logger = logger;
    const { fqdn, identity, topology, trust } = member;
    const own = topology.servers.get(fqdn)?.interfaces.internal;
    if (own?.ports.sip === undefined) throw new Error(`the topology names no port of ${fqdn}`);
    this.#own = own;
    const user: EndpointUser = {
      onRequest: (transaction, connection) => this.#receive(transaction, connection),
      onAck: (ack) => this.#calls.acknowledged(ack),
      onFault: (error) => logger.error({ event: 'fault', err: error }, 'a message could not be handled'),
    };
    this.#endpoint = new SipEndpoint({
      sentBy: { host: fqdn, port: own.ports.sip },
      newToken: this.#newToken,
      user,
      dial: (hop) =>
        dialServer(hop, {
          trust,
          identity,
          allow: member.authorise({ fqdn, interface: 'internal' }),
          local: fqdn,
          onRefusal: logRefusal(logger),
        }),
    });
  }

  /** Listens where the topology says. */
  async listen(): Promise<void> {
    const { fqdn, identity, trust } = this.#member;
    const allow = this.#member.authorise({ fqdn, interface: 'internal', service: 'sip' });
    this.#server = await serve(
      tls,
      {
        trust,
        identity,
        ...(this.#own.address === undefined ? {} : { host: this.#own.address }),
        port: this.#own.ports.sip as number,
        clientCertificate: 'required',
        allow,
        link: { name: 'SIP', interface: 'internal', local: fqdn },
        onRefusal: logRefusal(this.#logger),
      },
      (socket, peer) => {
        const link = peer.peer === undefined ? noLink : linkOfServer(peer.peer, allow);
        const connection = this.#endpoint.accept(socket, link);
        const { cipher, protection, protocol } = connection.protection;
        this.#logger.info(
          {
            event: 'link',
            link: link.row,
            from: connection.server,
            to: fqdn,
            protection,
            tls: protocol,
            cipher,
          },
          link.name,
        );
      },
    );
  }

  /**
   * Calls a user, over the first mediation server of the topology.
   * @param from - number of the subscriber who calls
   * @param to - number that is called
   * @returns status of the final response
   */
  async call(from: string, to: string): Promise<number> {
    const { fqdn, topology } = this.#member;
    const mediation = [...topology.servers.values()].find(({ role }) => role === 'mediation');
    const { address, ports } = mediation?.interfaces.internal ?? {};
    if (mediation === undefined || address === undefined || ports?.gateway === undefined)
      throw new Error('the topology does not say where a mediation server takes gateways');
    const link = links.mediationToGateway;
    const hop = { name: mediation.fqdn, address, port: ports.gateway, link };
    const connection = await this.#endpoint.reach(hop);
    const line = this.#lineOn(connection);
    const offer = session();
    const callId = this.#newToken();
    const uri = `sip:${to}@${mediation.fqdn};user=phone`;
    const build = () =>
      createRequest({
        method: 'INVITE',
        uri,
        from: `<sip:${from}@${fqdn};user=phone>;tag=${callId}`,
        to: `<${uri}>`,
        callId,
        cseq: ++this.#sequence,
        contact: line.contactFor(uri),
        contentType: offer.contentType,
        body: offer.body,
        headers: { Allow: allowed },
      });
    const outcome = await placeCall(line, build, offer, {});
    if (outcome.ok) this.#follow(outcome.call);
    return outcome.response.status;
  }

  /** Ends the call. @returns status of the answer; 481 where there is no call */
  async hangUp(): Promise<number> {
    return this.#call === undefined ? 481 : (await this.#call.hangUp()).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endpoint[Symbol.asyncDispose]();
    await this.#server?.close();
    await this.#member[Symbol.asyncDispose]();
  }

  #receive(transaction: ServerTransaction, connection: SipConnection): void {
    if (this.#calls.receive(transaction)) return;
    const { request } = transaction;
    if (request.method === 'INVITE') this.#answer(transaction, connection, request);
    else {
      const status = request.method === 'OPTIONS' ? 200 : 405;
      transaction.respond(
        createResponse(request, status, undefined, { toTag: this.#newToken(), headers: { Allow: allowed } }),
      );
    }
  }

  #answer(transaction: ServerTransaction, connection: SipConnection, request: SipRequest): void {
    // The caller as mediation vouches for it: a gateway believes nothing else.
    const from = request.addressesOf('P-Asserted-Identity')[0]?.uri.toString() ?? 'withheld';
    const to = request.uriText;
    this.#logger.info({ event: 'ringing', from, to }, `call from ${from}`);
    const incoming = new IncomingCall(transaction, {
      place: () => Promise.reject(new Error('the gateway calls nobody for a caller')),
      session: this.#sessionOn(connection),
      line: this.#lineOn(connection),
      allow: allowed,
      accepted: (call) => this.#calls.keep(call),
    });
    incoming.ring();
    const call = incoming.accept(session());
    if (call !== undefined) this.#follow(call, { from, to });
  }

  #follow(call: Call, who: object = {}): void {
    this.#calls.keep(call);
    this.#call = call;
    this.#logger.info({ event: 'call-started', ...who }, 'call started');
    void call.ended.then((by) => {
      if (this.#call === call) this.#call = undefined;
      this.#logger.info({ event: 'call-ended', by }, 'call ended');
    });
  }

  #sessionOn(connection: SipConnection): UserSession {
    const session =
      this.#sessions.get(connection) ?? new UserSession(this.#endpoint, connection, undefined, () => {});
    this.#sessions.set(connection, session);
    return session;
  }

  #lineOn(connection: SipConnection): Line {
    const at = `trunk@${this.#member.fqdn}:${this.#own.ports.sip}`;
    return {
      clock: systemClock,
      random: Math.random,
      next: async () => this.#sessionOn(connection),
      contactFor: (uri) => (uri.startsWith('sips:') ? `<sips:${at}>` : `<sip:${at};transport=tls>`),
      onFault: (error) => this.#logger.error({ event: 'fault', err: error }, 'a call has failed'),
    };
  }
}
