import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import tls from 'node:tls';
import {
  createRequest,
  createResponse,
  edit,
  type HeaderFields,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import { type NextHop, type ServerTransaction, type SipConnection, SipEndpoint } from '@entente/sip-endpoint';
import { type Credential, connect, serve, type Trust, type TrustedServer } from '@entente/tls';
import { authorise, linkOfServer, noLink, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';

/** Where a server of the topology is. */
export interface PeerOptions {
  readonly fqdn: string;
  readonly identity: Credential;
  readonly topology: () => Topology;
  readonly trust: Trust;
}

/** How a {@link ServerPeer} asks. */
export interface AskOptions {
  readonly from?: string;
  readonly to?: string;
  readonly headers?: HeaderFields;
  readonly body?: Body;
  /** Where it is reached; default at its own name. */
  readonly contact?: string;
  /** In the dialog of this request that it got, as the called end; or of this answer that it got, as the caller. */
  readonly inDialog?: SipRequest | SipResponse | undefined;
  /** The URI that From has in that dialog; default the one that it should have. */
  readonly spoofed?: string | undefined;
  /** Gets each 1xx. */
  readonly onProvisional?: (response: SipResponse) => void;
}

/** What a message carries. */
export interface Body {
  readonly contentType: string;
  readonly body: string;
}

/** How a peer answers a request: a status with header fields and a body, or not at all. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: HeaderFields;
      readonly body?: Body;
      /** Whether Record-Route is that of the request; default where the answer begins a dialog. */
      readonly recordRoute?: boolean;
    }
  | 'silent';

/** A server of the topology whose every message a test writes: it listens, and it dials. */
export class ServerPeer implements AsyncDisposable {
  /** Requests as they arrived, OPTIONS left out. */
  readonly received: SipRequest[] = [];
  readonly acknowledged: SipRequest[] = [];
  /** Why it has refused connections. */
  readonly refusals: string[] = [];
  /** How it answers calls and what belongs to them; default 200. */
  #answers: readonly Answer[] = [{ status: 200 }];
  /** How it answers OPTIONS. */
  options: Answer = { status: 200 };
  /** Chooses the answer to one request; where it chooses none, `says` counts. */
  chooses: ((request: SipRequest) => Answer | undefined) | undefined;
  #sequence = 1;
  readonly #options: PeerOptions;
  readonly #endpoint: SipEndpoint;
  readonly #heard = new EventEmitter();
  #listener: TrustedServer<tls.Server> | undefined;
  #tag = token();

  constructor(options: PeerOptions) {
    this.#options = options;
    const { fqdn, identity, topology, trust } = options;
    this.#endpoint = new SipEndpoint({
      sentBy: { host: fqdn },
      newToken: token,
      user: {
        onAck: (ack) => {
          this.acknowledged.push(ack);
          this.#heard.emit('ack');
        },
        onRequest: (transaction) => this.#answer(transaction),
      },
      dial: async (hop) => {
        const allow = authorise(topology(), { fqdn, interface: 'internal' }) as Authorise;
        const socket = await connect({
          host: hop.address,
          port: hop.port,
          trust,
          identity,
          allow,
          expect: { mode: 'host', name: hop.name },
          link: { name: hop.link.name, interface: 'internal', local: fqdn },
        });
        return { socket, link: hop.link };
      },
    });
  }

  /** Answers calls, and what belongs to them, in this way from now on. */
  says(...answers: readonly Answer[]): void {
    this.#answers = answers;
  }

  /** Listens where the topology says. */
  async listen(): Promise<void> {
    const { fqdn, identity, topology, trust } = this.#options;
    const own = topology().servers.get(fqdn)?.interfaces.internal;
    const allow = authorise(topology(), { fqdn, interface: 'internal', service: 'sip' }) as Authorise;
    this.#listener = await serve(
      tls,
      {
        trust,
        identity,
        host: '127.0.0.1',
        port: own?.ports.sip as number,
        clientCertificate: 'required',
        allow,
        link: { name: 'SIP', interface: 'internal', local: fqdn },
        onRefusal: ({ rejection }) => void this.refusals.push(rejection.reason),
      },
      (socket, peer) => {
        this.#endpoint.accept(socket, peer.peer === undefined ? noLink : linkOfServer(peer.peer, allow));
      },
    );
  }

  /** Listens no more, and closes what is open. */
  async stop(): Promise<void> {
    await this.#listener?.close();
    this.#listener = undefined;
  }

  /** Sends a request over a connection of its own. */
  async ask(hop: NextHop, method: string, uri: string, options: AskOptions = {}): Promise<SipResponse> {
    const {
      body,
      contact,
      inDialog,
      headers = {},
      onProvisional,
      from = 'sip:nobody@anonymous.invalid',
      spoofed,
      to = uri,
    } = options;
    const isCalled = inDialog?.kind === 'request';
    const routes = inDialog === undefined ? [] : routeSet(inDialog);
    const own = isCalled ? `${inDialog.to};tag=${this.#tag}` : (inDialog?.from.toString() ?? '');
    const request = createRequest({
      method,
      uri,
      from:
        inDialog === undefined
          ? `<${from}>;tag=${token()}`
          : spoofed === undefined
            ? own
            : `<${spoofed}>;tag=${own.split(';tag=').pop()}`,
      to: inDialog === undefined ? `<${to}>` : isCalled ? inDialog.from : inDialog.to,
      callId: inDialog?.callId ?? token(),
      cseq: ++this.#sequence,
      contact: contact ?? `<sip:contact@${this.#options.fqdn}>`,
      headers: routes.length === 0 ? headers : { Route: routes.join(', '), ...(headers as object) },
      ...body,
    });
    return this.#endpoint.ask(request, await this.#endpoint.reach(hop), { onProvisional });
  }

  /**
   * Acknowledges a 2xx that it got.
   * @param hop - as the INVITE went
   * @param answer - the 2xx
   * @param inDialog - where the INVITE was in a dialog: as `ask` has it
   */
  async acknowledge(
    hop: NextHop,
    answer: SipResponse,
    inDialog: SipRequest | SipResponse = answer,
  ): Promise<void> {
    const connection: SipConnection = await this.#endpoint.reach(hop);
    const ack = createRequest({
      method: 'ACK',
      uri: answer.contacts[0]?.uri ?? `sip:contact@${this.#options.fqdn}`,
      from: answer.from,
      to: answer.to,
      callId: answer.callId,
      cseq: answer.cseq.sequence,
      routes: routeSet(inDialog),
    });
    this.#endpoint.sendAck(edit(ack).prepend('Via', this.#endpoint.via(connection)).toMessage(), connection);
  }

  /** The ACK that comes next, or has come. */
  async ack(): Promise<SipRequest> {
    while (this.acknowledged.length === 0) await once(this.#heard, 'ack');
    return this.acknowledged.shift() as SipRequest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endpoint[Symbol.asyncDispose]();
    await this.stop();
  }

  #answer(transaction: ServerTransaction): void {
    const { request } = transaction;
    const isQuestion = request.method === 'OPTIONS' && request.to.tag === undefined;
    if (!isQuestion) this.received.push(request);
    const chosen = isQuestion ? this.options : this.chooses?.(request);
    for (const answer of chosen === undefined ? this.#answers : [chosen]) {
      if (answer === 'silent') continue;
      transaction.respond(
        createResponse(request, answer.status, undefined, {
          ...(answer.status > 100 ? { toTag: this.#tag } : {}),
          ...(answer.recordRoute === undefined ? {} : { recordRoute: answer.recordRoute }),
          headers: answer.headers ?? {},
          ...answer.body,
        }),
      );
    }
  }
}

/** The route set of the dialog that a message has begun, for the end that got the message (RFC 3261 §12.1). */
function routeSet(message: SipRequest | SipResponse): readonly string[] {
  const entries = message.values('Record-Route');
  return message.kind === 'request' ? entries : [...entries].reverse();
}

function token(): string {
  return randomBytes(8).toString('hex');
}
