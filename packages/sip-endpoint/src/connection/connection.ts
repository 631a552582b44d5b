import type { TLSSocket } from 'node:tls';
import type {
  FramerSink,
  MessageFault,
  MessageLimits,
  PlainRequest,
  SipMessage,
  SipProblem,
  SipRequest,
  SipResponse,
} from '@entente/sip';
import { type Peer, peerOf } from '@entente/tls';
import { keepPlace } from '@entente/tls/internal';
import type { Account } from '../budget/account.ts';
import type { Ledger } from '../budget/ledger.ts';
import type { MessageBudget } from '../budget/message-budget.ts';
import type { PeerKind } from '../budget/peer-kind.ts';
import { ArrivedBytes } from './arrived-bytes.ts';
import { admittedPeer } from './check-connection.ts';
import type { GivenUp } from './close-reason.ts';
import { closeSoon } from './close-soon.ts';
import { type ConnectionLimits, defaultPendingBytes } from './connection-limits.ts';
import type { ConnectionLink, ConnectionUser } from './connection-user.ts';
import type { EverySecond, Ticked } from './every-second.ts';
import { FailingTargets } from './failing-targets.ts';
import type { IdleWatch, Idling } from './idle-watch.ts';
import { Incoming } from './incoming.ts';
import { loopTurn } from './loop-turn.ts';
import { Outgoing } from './outgoing.ts';
import { kindOf, limitsTo, refusalsAtOnceOf } from './peer-limits.ts';
import { mostPongs, Reading } from './reading.ts';
import { sourceOf } from './source-of.ts';
import { type Placed, UnorderedList } from './unordered-list.ts';

/**
 * A connection on which SIP is spoken: frames what comes in, gathers what goes out. Its number is never used again while
 * the process lives, so a flow token cannot mean another connection later.
 */
export class SipConnection implements FramerSink, Ticked, Idling {
  static #lastId = 0;
  /** 1 or more, counted up for each connection of the process. */
  readonly id: number = ++SipConnection.#lastId;
  /** The TLS socket, with the verdict that `@entente/tls` gave. */
  readonly socket: TLSSocket;
  /** The link of the allow matrix that it was opened under. */
  readonly link: ConnectionLink;
  /** Whether this side dialled; false where it was accepted. */
  readonly openedByUs: boolean;
  /** Where the peer's messages come from; undefined where the connection broke before it was read. */
  readonly source: { readonly address: string; readonly port: number } | undefined;
  /** FQDN of the server at the other end, if it proved to be one, as first judged: the topology must still list it for a request. */
  readonly server: string | undefined;
  /** Addresses of record that a user has proven to be on this connection, each with the time until which it counts. */
  readonly users = new Map<string, number>();
  /** What is under way on this connection; the transaction layer keeps it. */
  readonly transactions = new UnorderedList<Placed>();
  /** What the branches of requests on it begin with, and how many there are; the endpoint keeps both. */
  branchPrefix: string | undefined = undefined;
  /** How many branches have been made on it, 0 or more. */
  branches = 0;
  /** The most that a message may measure which is sent on to this peer. */
  readonly accepts: MessageLimits;
  /** What the peer has under way. */
  readonly ledger: Ledger;
  readonly #budget: MessageBudget;
  /** Requests that a client, with all devices of its user, has not answered; undefined for servers and partners. */
  readonly #asked: Ledger | undefined;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #reading: Reading;
  readonly #everySecond: EverySecond;
  readonly #idleWatch: IdleWatch;
  readonly #user: ConnectionUser<SipConnection>;
  #kind: PeerKind;
  #isTicked = false;
  /** Pings that the peer has not answered. */
  #pingsDue = 0;
  /** Whether a byte has come since {@link heardSinceLook}. */
  #isHeard = false;
  #failing: FailingTargets | undefined = undefined;
  #closed = false;

  /**
   * @param socket - admitted by `serve` or `connect` of `@entente/tls`
   * @param options - which link it is, who dialled and listens, where its bytes count, what calls it every second, what ends it when idle
   */
  constructor(
    socket: TLSSocket,
    options: {
      readonly link: ConnectionLink;
      readonly openedByUs: boolean;
      readonly user: ConnectionUser<SipConnection>;
      readonly budget: MessageBudget;
      readonly everySecond: EverySecond;
      readonly idleWatch: IdleWatch;
      readonly limits?: ConnectionLimits;
    },
  ) {
    const peer = admittedPeer(socket, options.link);
    this.socket = socket;
    this.server = peer.peer?.server;
    this.link = options.link;
    this.openedByUs = options.openedByUs;
    this.source = sourceOf(socket);
    this.#user = options.user;
    this.#budget = options.budget;
    this.#everySecond = options.everySecond;
    this.#idleWatch = options.idleWatch;
    const kind = kindOf(peer, options.openedByUs);
    this.#kind = kind;
    this.accepts = limitsTo(kind);
    this.#asked = this.#isClient ? options.budget.openTowardsClient() : undefined;
    this.ledger = options.budget.open(kind, this.source?.address, this.server);
    this.#incoming = new Incoming(kind, this.ledger);
    this.#outgoing = new Outgoing(socket, {
      ledger: this.ledger,
      maxBytes: options.limits?.maxPendingBytes ?? defaultPendingBytes,
      isShared: !this.#isClient,
      onTaken: () => this.#taken(),
    });
    // A message that has begun has not been late while nothing was read.
    const share = () => this.ledger.refusalsOf(this.isProven);
    const most = refusalsAtOnceOf(kind, peer.peer);
    this.#reading = new Reading(socket, () => this.#incoming.wait(), { most, share });
    socket.setNoDelay(true);
    this.#idleWatch.add(this);
    // It broke between the verdict and now: its close event will not come again.
    if (socket.destroyed) queueMicrotask(() => this.#end());
    new ArrivedBytes(socket, loopTurn, (bytes) => this.#read(bytes), !this.#isClient);
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('end', () => this.close());
  }

  /** The peer as last judged: a connection is judged again when the trust state changes, and the peer's role may be another then. */
  get protection(): Peer {
    return peerOf(this.socket) as Peer;
  }

  /** Whether nothing can be sent any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether a user has authenticated here, or the peer is a server or partner. */
  get isProven(): boolean {
    return this.#kind !== 'unknown';
  }

  /** Whether a message has begun and its end has not come yet. */
  get isReceiving(): boolean {
    return this.#incoming.isWaiting;
  }

  /** Whether the peer takes so little that no further request of it is worth answering. */
  get isFull(): boolean {
    return this.#outgoing.isFull;
  }

  /** A user (address of record) has authenticated here: it gets the room of a user, unless it has that already. */
  prove(user: string): void {
    if (this.#kind !== 'unknown') return;
    this.#kind = 'user';
    keepPlace(this.socket);
    this.#incoming.became('user');
    this.#budget.prove(this.ledger, this.source?.address, user);
    if (this.#asked !== undefined) this.#budget.proveTowards(this.#asked, user);
  }

  /**
   * A request of the peer has led to nothing: its target had no room, or did not answer in time. A client that goes on is refused at once
   * for a while (see `FailingTargets`); what comes over a link between servers is of many.
   */
  failed(request: SipRequest): void {
    if (!this.#isClient) return;
    this.#failing ??= new FailingTargets();
    this.#failing.failed(request);
    this.#tickOn();
  }

  /** Whether requests of the peer to the same target have led to nothing so often that this one is not worth the time. */
  asksInVain(request: SipRequest): boolean {
    return this.#failing?.refuses(request) === true;
  }

  /** Something of the peer was refused at once, and led to nothing; `isModest`: see `RefusalPause`. */
  refusedAtOnce(isModest: boolean): void {
    if (this.#reading.refusedAtOnce(isModest)) this.#user.onHeldUp('refusals', this);
  }

  /** A call of the peer was accepted. */
  beganCall(): void {
    if (this.#isClient) this.ledger.dialogsOf(this.isProven).begin();
  }

  /** It has sent what counts in its `DialogShare`: a client that sends more of it than calls and devices do is not read from for a while. */
  sentInDialog(): void {
    if (!this.#isClient) return;
    const heldMs = this.ledger.dialogsOf(this.isProven).take(loopTurn.delay.begunAt);
    if (this.#reading.hold(heldMs)) this.#user.onHeldUp('in-dialogs', this);
  }

  /** Whether {@link send} would send a message now, and a client does not have too many requests to answer already. */
  takes(message: SipMessage, sender?: Account): boolean {
    if (message.kind === 'request' && !this.#mayAsk(message.headerWire.length, sender)) return false;
    return this.#takes(message, sender);
  }

  /**
   * A request waits for the answer of the peer.
   * @param bytes - that it costs
   * @param sender - of the request; undefined: this process
   * @returns where it counts until it is answered; undefined for servers and partners
   */
  ask(bytes: number, sender: Account | undefined): Account | undefined {
    const asked = this.#asked;
    if (asked === undefined) return undefined;
    const account = sender !== undefined && asked.isHalfTaken ? asked.openFor(sender.name) : asked;
    account.add(bytes, 1);
    return account;
  }

  #mayAsk(bytes: number, sender: Account | undefined): boolean {
    if (this.#asked === undefined) return true;
    return sender === undefined ? this.#asked.has(bytes, 1) : this.#asked.hasFor(sender.name, bytes, 1);
  }

  #takes(message: SipMessage, sender: Account | undefined): boolean {
    const size = message.headerWire.length + message.droppableBytes;
    return message.kind === 'request'
      ? this.#outgoing.takesFrom(size, sender)
      : this.#outgoing.takesAnswer(size);
  }

  /**
   * Sends a message, unless the peer takes too little: an answer to a request of the peer as long as there is any room, a request of
   * somebody else only as long as there is room enough.
   * @param message - what to send
   * @param sender - whose ledger a request counts in; undefined: this process
   * @returns false if it was not sent
   */
  send(message: SipMessage, sender?: Account): boolean {
    if (this.#closed) return false;
    const takes = this.#takes(message, sender);
    if (takes) this.#outgoing.write(message.wire);
    if (message.kind === 'response') this.#answered(takes);
    return takes;
  }

  /** Sends an answer that somebody else may write as often as they like. Where much waits for a client it is left out, and holds nothing up. */
  pass(response: SipResponse): void {
    const size = response.headerWire.length + response.droppableBytes;
    const out = this.#outgoing;
    const takes = this.#isClient ? out.takesInPassing(size) : out.takesAnswer(size);
    if (takes && !this.#closed) out.write(response.wire);
  }

  /** Sends an answer to a request that nobody has read; `wire` has one character for each byte. */
  answer(wire: string): void {
    if (this.#closed) return;
    const takes = this.#outgoing.takesAnswer(wire.length);
    if (takes) this.#outgoing.write(wire);
    this.#answered(takes);
  }

  /** Sends the double CRLF that keeps a flow alive (RFC 5626 §3.5.1). */
  ping(): void {
    if (this.#closed || !this.#outgoing.takesFrom(4, undefined)) return;
    this.#pingsDue = 1; // not one more: what was never answered would take each later ping of the peer for its answer
    this.#outgoing.write('\r\n\r\n');
  }

  /** Sends what was gathered and closes. */
  close(): void {
    if (this.#closed) return;
    this.#outgoing.flush();
    closeSoon(this.socket);
    this.#end();
  }

  // What the framer finds.
  get glances(): boolean {
    return this.#user.glances;
  }

  glance(request: PlainRequest): boolean {
    if (this.#closed || !this.#user.glance(request, this)) return false;
    this.#incoming.completed();
    return true;
  }

  message(message: SipMessage): void {
    this.#incoming.completed();
    if (this.#closed) return;
    if (message.kind === 'request') this.#user.onRequest(message, this);
    else this.#user.onResponse(message, this);
  }

  error(fault: MessageFault): void {
    if (this.#closed) return;
    this.#user.onMalformed(fault, this);
    if (fault.response !== undefined) this.send(fault.response);
    if (fault.fatal) this.close();
  }

  largeBody(bodyBytes: number, messageBytes: number): SipProblem | undefined {
    return this.#incoming.refusal(bodyBytes, messageBytes);
  }

  keepAlive(kind: 'ping' | 'pong', times: number): void {
    if (this.#closed) return;
    let unasked = times;
    // Two pongs, one after the other, look like a ping, and so do pings that cross: either is an answer.
    if (this.#pingsDue > 0) {
      this.#pingsDue--;
      this.#user.onPong(this);
      unasked--;
    }
    if (unasked <= 0) return;
    if (kind === 'ping') this.answer('\r\n'.repeat(Math.min(unasked, mostPongs)));
    if (this.#reading.keptAlive(unasked)) this.#user.onHeldUp('keep-alives', this);
  }

  tick(): boolean {
    this.#isTicked = false;
    if (this.#closed) return false;
    let goesOn = this.#failing?.tick() === true;
    const { waitsForAnswers } = this.#reading;
    if (waitsForAnswers || this.#incoming.isWaiting) goesOn = true;
    if (waitsForAnswers) {
      if (this.#reading.isLate()) this.#giveUp('answers-not-taken');
    } else if (this.#incoming.isWaiting && this.#incoming.isLate()) this.#giveUp('message-incomplete');
    this.#isTicked = goesOn && !this.#closed;
    return this.#isTicked;
  }

  heardSinceLook(): boolean {
    const isHeard = this.#isHeard;
    this.#isHeard = false;
    return isHeard;
  }

  idledOut(): void {
    this.close();
  }

  /** A client, whose connection is used by nobody else. What we dialled ourselves is not one. */
  get #isClient(): boolean {
    return this.#kind === 'unknown' || this.#kind === 'user';
  }

  #read(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#isHeard = true;
    const isWithin = this.#incoming.push(bytes, this);
    // A message in these bytes may have closed it: nobody waits for the rest.
    if (this.#closed) this.#incoming.completed();
    else if (!isWithin) this.#giveUp('no-room');
    else if (!this.#isTicked && this.#incoming.isWaiting) {
      this.#incoming.wait();
      this.#tickOn();
    }
  }

  /** A client that does not take its answers is not read from. Two servers that did this to each other would wait for ever. */
  #answered(isTaken: boolean): void {
    if (isTaken && !this.#outgoing.isHigh) return;
    if (this.#reading.waitsForAnswers || !this.#isClient) return;
    this.#reading.waitForAnswers();
    this.#tickOn();
  }

  #taken(): void {
    if (this.#reading.waitsForAnswers && this.#outgoing.isLow) this.#reading.answersTaken();
  }

  #tickOn(): void {
    if (this.#isTicked) return;
    this.#isTicked = true;
    this.#everySecond.add(this);
  }

  #giveUp(why: GivenUp): void {
    if (this.#closed) return;
    this.#user.onGivenUp(why, this);
    this.socket.destroy();
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#idleWatch.remove(this);
    this.#reading.end();
    this.#incoming.completed();
    this.ledger.close();
    this.#asked?.close();
    this.#user.onClosed(this);
  }
}
