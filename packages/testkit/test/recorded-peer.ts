import tls, { type TLSSocket } from 'node:tls';
import {
  answerChallenge,
  createCancel,
  createRequest,
  createResponse,
  edit,
  magicCookie,
  type NameAddr,
  type RequestParts,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
  selectChallenges,
} from '@entente/sip';

let last = 0;
const unique = () => `r${++last}`;

/** A peer outside that records every byte it receives, and whose SIP is written by the test. */
export class RecordedPeer implements AsyncDisposable {
  readonly address: string;
  readonly contact: string;
  readonly #via: string;
  readonly #secret: { readonly username: string; readonly password: string } | undefined;
  readonly #framer = new StreamFramer();
  readonly #messages: SipMessage[] = [];
  readonly #seen = new Set<SipMessage>();
  readonly #waiting: (() => void)[] = [];
  #socket: TLSSocket | undefined;
  #bytes = '';

  /** @param parts - `via` is the name in the peer's Via */
  constructor(parts: { readonly address: string; readonly via: string; readonly password?: string }) {
    const { address, password, via } = parts;
    const username = address.split('@')[0] ?? '';
    this.address = address;
    this.contact = `<sip:${username}-device@${via}>`;
    this.#via = via;
    this.#secret = password === undefined ? undefined : { username, password };
  }

  /** Everything that the peer received, one character a byte. */
  get bytes(): string {
    return this.#bytes;
  }

  get messages(): readonly SipMessage[] {
    return this.#messages;
  }

  /** Takes a connection: from now on the peer uses this one. */
  take(socket: TLSSocket): void {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      this.#bytes += bytes.toString('latin1');
      this.#framer.push(bytes, {
        message: (message) => {
          this.#messages.push(message);
          for (const wake of this.#waiting.splice(0)) wake();
        },
        error: (fault) => {
          throw new Error(`what reached ${this.address} is no message: ${JSON.stringify(fault)}`);
        },
        keepAlive() {},
      });
    });
  }

  /** @param certificate - that the peer shows; default none */
  async dial(
    port: number,
    servername: string,
    certificate?: { readonly chainPem: string; readonly keyPem: string },
  ): Promise<void> {
    const shown = certificate === undefined ? {} : { cert: certificate.chainPem, key: certificate.keyPem };
    const socket = tls.connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false, ...shown });
    this.take(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
  }

  /** Waits for a message; each is found once. */
  async #next<M extends SipMessage>(is: (message: SipMessage) => message is M): Promise<M> {
    for (;;) {
      const at = this.#messages.findIndex((message) => !this.#seen.has(message) && is(message));
      const found = this.#messages[at];
      if (found !== undefined) {
        this.#seen.add(found);
        return found as M;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  request(method: string): Promise<SipRequest> {
    return this.#next(
      (message): message is SipRequest => message.kind === 'request' && message.method === method,
    );
  }

  /** The response to one of the peer's requests, with a status, or any final one. */
  response(to: SipRequest, status?: number): Promise<SipResponse> {
    return this.#next(
      (message): message is SipResponse =>
        message.kind === 'response' &&
        message.topVia.branch === to.topVia.branch &&
        message.cseq.method === to.method &&
        (status === undefined ? message.status >= 200 : message.status === status),
    );
  }

  /** A request of the peer that is in no dialog. */
  write(method: string, to: string, parts: Partial<RequestParts> = {}): SipRequest {
    return createRequest({
      method,
      uri: to,
      from: `<sip:${this.address}>;tag=${unique()}`,
      to: `<${to}>`,
      callId: unique(),
      cseq: 1,
      contact: this.contact,
      ...parts,
    });
  }

  /** Adds the peer's Via to a request and sends it. */
  send(request: SipRequest): SipRequest {
    const via = `SIP/2.0/TLS ${this.#via};branch=${magicCookie}${unique()}`;
    const sent = edit(request).prepend('Via', via).toMessage();
    this.#socket?.write(sent.wire, 'latin1');
    return sent;
  }

  /** Sends a request; where it is challenged, answers that. @returns the request that was answered in the end */
  async ask(request: SipRequest): Promise<{ readonly sent: SipRequest; readonly response: SipResponse }> {
    const first = this.send(request);
    if (this.#secret === undefined) return { sent: first, response: await this.response(first) };
    const refused = await this.response(first);
    const proxy = refused.status === 407;
    if (!proxy && refused.status !== 401) return { sent: first, response: refused };
    this.#acknowledgeRefusal(first, refused);
    const again = this.send(this.prove(request, refused));
    return { sent: again, response: await this.response(again) };
  }

  /** The request again, one number on, with the answer to a challenge. */
  prove(request: SipRequest, refused: SipResponse): SipRequest {
    const proxy = refused.status === 407;
    const [challenge] = selectChallenges(refused.all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'));
    if (challenge === undefined || this.#secret === undefined)
      throw new Error('there is no challenge to answer');
    const { method, uriText: uri } = request;
    const proof = answerChallenge(challenge, { method, uri }, this.#secret, {
      cnonce: unique(),
      nonceCount: 1,
    });
    return edit(request)
      .set('CSeq', `${request.cseq.sequence + 1} ${method}`)
      .set(proxy ? 'Proxy-Authorization' : 'Authorization', proof)
      .toMessage();
  }

  /** Gives up an INVITE that rings. */
  cancel(invite: SipRequest): void {
    this.#socket?.write(createCancel(invite).wire, 'latin1');
  }

  /** Answers a request; with a contact, and with a new tag where it has none. */
  answer(
    request: SipRequest,
    status: number,
    toTag = 'far',
    headers: Record<string, string> = {},
  ): SipResponse {
    const response = createResponse(request, status, undefined, { toTag, contact: this.contact, headers });
    this.#socket?.write(response.wire, 'latin1');
    return response;
  }

  #acknowledgeRefusal(invite: SipRequest, refused: SipResponse): void {
    if (invite.method !== 'INVITE') return;
    const { callId, cseq, from, uriText: uri } = invite;
    const ack = createRequest({
      method: 'ACK',
      uri,
      from,
      to: refused.to,
      callId,
      cseq: cseq.sequence,
      via: invite.topVia,
    });
    this.#socket?.write(ack.wire, 'latin1');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.destroy();
  }
}

/** The address that a Route or Record-Route value leads to. */
export function entryOf(value: NameAddr | undefined): { user: string; host: string } {
  const uri = value?.uri;
  return uri?.kind === 'sip' ? { user: uri.rawUser ?? '', host: uri.host } : { user: '', host: '' };
}
