import type { Logger, Metric } from '@entente/host';
import { addressOfRecord, createRequest, NameAddr, parseUri, type SipResponse } from '@entente/sip';
import {
  type CallOptions,
  type CallOutcome,
  type Line,
  type NoAnswerError,
  type OpenCalls,
  placeCall,
  type SessionBody,
  type SipEndpoint,
} from '@entente/sip-endpoint';
import { systemClock } from '@entente/tls';
import { applicationOf, isOwnAddress, type Topology } from '@entente/topology';
import type { ApplicationRequestParts } from './application-options.ts';
import {
  checkOffer,
  checkSender,
  checkSending,
  checkTargets,
  checkText,
  checkTime,
} from './check-arguments.ts';
import { ApplicationFault } from './fault.ts';
import type { FrontEnds } from './front-ends.ts';
import { type FanOutOptions, fanOut, type Receipt } from './send-to-many.ts';

/** What an {@link Application} is made of. */
export interface ApplicationParts {
  readonly fqdn: string;
  /** On which it listens. */
  readonly port: number;
  readonly topology: () => Topology;
  readonly endpoint: SipEndpoint;
  readonly frontEnds: FrontEnds;
  readonly calls: OpenCalls;
  readonly logger: Logger;
  readonly newToken: () => string;
  readonly metrics: readonly Metric[];
  /** Hears what a handler has thrown. */
  readonly onFault: (error: unknown) => void;
  readonly stopAccepting: () => void;
  /** Closes everything that was opened for it. */
  readonly close: () => Promise<void>;
}

/** Methods that other members send, or that nobody sends by itself. */
const elsewhere: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER']);
/** What an application understands in its calls and outside of them. */
export const allowedMethods = 'INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS, INFO, UPDATE, NOTIFY';

/**
 * A trusted application that runs: it has addresses of its own, front ends hand it what is for them, and it sends over front ends.
 * @see RFC 3261, RFC 3428
 */
export class Application implements AsyncDisposable {
  /** FQDN of the application, as the topology lists it. */
  readonly fqdn: string;
  /** On which it listens for front ends. */
  readonly port: number;
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  readonly #parts: ApplicationParts;
  #sequence = 0;

  /** @param parts - from `serveApplication` */
  constructor(parts: ApplicationParts) {
    this.#parts = parts;
    this.fqdn = parts.fqdn;
    this.port = parts.port;
    this.metrics = parts.metrics;
  }

  /** Calls that are established. */
  get calls(): number {
    return this.#parts.calls.size;
  }

  /**
   * Whether an address is one of this application, by the topology in force: at its FQDN or that of its pool, or given to it in `users`.
   * @param uri - `sip:lobby@chat.contoso.example`
   */
  hasAddress(uri: string): boolean {
    const parsed = parseUri(uri);
    const address = parsed.ok ? addressOfRecord(parsed.value) : undefined;
    return address !== undefined && isOwnAddress(this.#parts.topology(), this.fqdn, address);
  }

  /**
   * Whether an address may be one of a user or an application of the organisation, by the topology in force: at one of its domains, or at the name of
   * an application. Whether there is such a user, a front end knows.
   * @param uri - `sip:alice@contoso.example`
   */
  isOurs(uri: string): boolean {
    const parsed = parseUri(uri);
    if (!parsed.ok || parsed.value.kind !== 'sip') return false;
    const address = addressOfRecord(parsed.value);
    const topology = this.#parts.topology();
    return (
      topology.isOurDomain(parsed.value.host.toLowerCase()) ||
      (address !== undefined && applicationOf(topology, address) !== undefined)
    );
  }

  /**
   * Sends a text.
   * @param from - an address of this application
   * @param to - `sip:alice@contoso.example`
   * @param text - the body, sent as UTF-8
   * @returns the final response
   * @throws as {@link request}
   * @see RFC 3428
   */
  async message(from: string, to: string, text: string): Promise<SipResponse> {
    checkSending('message', from, to);
    checkText(text);
    return this.request('MESSAGE', from, to, { contentType: 'text/plain;charset=UTF-8', body: text });
  }

  /**
   * Sends a request that begins no dialog, over one front end; where that answers 503, cannot be reached or loses the connection, over another
   * one (RFC 3263 §4.3). What was lost on the way back is sent twice then, with the same Call-ID.
   * @param method - e.g. MESSAGE, OPTIONS
   * @param from - an address of this application
   * @param to - `sip:alice@contoso.example`
   * @param parts - header fields and body
   * @returns the final response
   * @throws ApplicationFault `ENTENTE_APPLICATION_NOT_OWN_ADDRESS`, `ENTENTE_APPLICATION_NO_FRONT_END`, `ENTENTE_APPLICATION_BAD_ARGUMENT`
   * @throws NoAnswerError where no answer comes
   */
  async request(
    method: string,
    from: string,
    to: string,
    { displayName, ...parts }: ApplicationRequestParts = {},
  ): Promise<SipResponse> {
    if (elsewhere.has(method))
      throw new ApplicationFault('ENTENTE_APPLICATION_BAD_ARGUMENT', {
        sentence: `expected a method that establishes no dialog, found ${method}`,
        place: 'method of a request',
        remedy: 'use call, or the members of Call',
      });
    checkSending('request', from, to);
    this.#mustOwn(from);
    const { frontEnds, newToken } = this.#parts;
    const sender = this.#sender(from, displayName);
    const callId = newToken();
    const build = () =>
      createRequest({
        ...parts,
        method,
        uri: to,
        from: sender,
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
      });
    let last: SipResponse | undefined;
    const sessions = frontEnds.inTurn();
    for (;;) {
      const next = await sessions.next();
      if (next.done === true) {
        if (last === undefined) throw next.value;
        return last;
      }
      const response = await next.value.ask(build).then(
        (asked) => asked.response,
        (error: unknown) => {
          // Another front end may be there, or have room.
          const { code } = error as NoAnswerError;
          if (code !== 'ENTENTE_SIP_CONNECTION_LOST' && code !== 'ENTENTE_SIP_NOT_TAKEN') throw error;
          return undefined;
        },
      );
      if (response !== undefined && response.status !== 503) return response;
      last = response ?? last;
    }
  }

  /**
   * Sends one text to many, so many at a time.
   * @param from - an address of this application
   * @param targets - addresses
   * @param parts - header fields and body of each MESSAGE
   * @param options - how many at once, and who hears of each
   * @returns a receipt for each
   * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`, `ENTENTE_APPLICATION_NOT_OWN_ADDRESS`
   */
  async fanOut(
    from: string,
    targets: Iterable<string> | AsyncIterable<string>,
    parts: ApplicationRequestParts,
    options: FanOutOptions = {},
  ): Promise<readonly Receipt[]> {
    checkSender('fanOut', from);
    checkTargets(targets);
    this.#mustOwn(from);
    return fanOut(targets, (to) => this.request('MESSAGE', from, to, parts), options);
  }

  /**
   * Calls somebody; settles when the call is answered or refused.
   * @param from - an address of this application
   * @param to - `sip:alice@contoso.example`
   * @param offer - body of the INVITE
   * @param options - `onProvisional` hears of ringing; `signal` gives the call up
   * @throws as {@link request}
   * @see RFC 3261 §13.2
   */
  async call(from: string, to: string, offer: SessionBody, options: CallOptions = {}): Promise<CallOutcome> {
    checkSending('call', from, to);
    checkOffer(offer);
    this.#mustOwn(from);
    const { calls, newToken } = this.#parts;
    const line = this.lineOf(from);
    const sender = this.#sender(from, undefined);
    const callId = newToken();
    const build = () =>
      createRequest({
        method: 'INVITE',
        uri: to,
        from: sender,
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
        contact: line.contactFor(to),
        contentType: offer.contentType,
        body: offer.body,
        headers: { Allow: allowedMethods },
        ...(options.maxForwards !== undefined && { maxForwards: options.maxForwards }),
      });
    const outcome = await placeCall(line, build, offer, options);
    if (outcome.ok) calls.keep(outcome.call);
    return outcome;
  }

  /**
   * What a call needs of this application: sessions with front ends, and the Contact of the address.
   * @param own - the address of this application in the call
   * @param preferred - FQDN of the front end that the call came over
   */
  lineOf(own: string, preferred?: string): Line {
    const { frontEnds, onFault } = this.#parts;
    const parsed = parseUri(own);
    const user =
      parsed.ok && parsed.value.kind === 'sip' ? (parsed.value.rawUser ?? 'application') : 'application';
    const at = `${user}@${this.fqdn}:${this.port}`;
    return {
      clock: systemClock,
      random: Math.random,
      next: () => frontEnds.one(preferred),
      contactFor: (uri) => (uri.startsWith('sips:') ? `<sips:${at}>` : `<sip:${at};transport=tls>`),
      onFault,
    };
  }

  /**
   * Stops: takes no more connections, ends its calls with BYE, and closes each connection when nothing is under way on it.
   * @param withinMs - milliseconds, 0 to 2,147,483,647
   * @returns true when none is open any more, false when the time was over before
   * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
   */
  async drain(withinMs: number): Promise<boolean> {
    checkTime(withinMs);
    const { calls, endpoint, stopAccepting } = this.#parts;
    stopAccepting();
    const ended = calls.hangUp();
    return endpoint.drain({ withinMs, keepServersUntil: ended });
  }

  /** Closes every connection; what was under way ends without an answer. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.close();
  }

  /** The front end would refuse it; here the fault names the line of the program. */
  #mustOwn(from: string): void {
    if (this.hasAddress(from) || this.#parts.topology().servers.get(this.fqdn)?.flags.assertsUsers === true)
      return;
    throw new ApplicationFault('ENTENTE_APPLICATION_NOT_OWN_ADDRESS', {
      sentence: `expected an address of ${this.fqdn}, found ${from}`,
      place: 'sender of a request',
      remedy:
        'send as an address at the FQDN of the application or its pool, or as one that "users" of the topology gives it',
    });
  }

  #sender(uri: string, displayName: string | undefined): NameAddr {
    const parameters = { tag: this.#parts.newToken() };
    return NameAddr.from({ uri, parameters, ...(displayName === undefined ? {} : { displayName }) });
  }
}
