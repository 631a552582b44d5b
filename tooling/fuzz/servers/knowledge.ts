import {
  type DigestChallenge,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  selectChallenges,
} from '@entente/sip';

/** Who a peer of the fuzzer is. */
export interface PeerIdentity {
  /** Name for reports. */
  readonly name: string;
  /** `bob@contoso.example` */
  readonly address: string;
  /** Where the peer knows one. */
  readonly password?: string;
  /** Host in its Via and Contact. */
  readonly host: string;
  /** Users and domains that it writes to. */
  readonly targets: readonly string[];
  /** Names that it writes into Route, Path and the like. */
  readonly hosts: readonly string[];
}

/** A dialog as a peer has it; any of it may be out of date. */
export interface KnownDialog {
  readonly callId: string;
  /** From of what the peer sends in it. */
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly routes: readonly string[];
}

const kept = 12;

/** What a peer has learned from what it received: it makes the next messages almost right. */
export class Knowledge {
  readonly identity: PeerIdentity;
  readonly challenges: { readonly challenge: DigestChallenge; readonly field: string }[] = [];
  readonly routes: string[] = [];
  readonly dialogs: KnownDialog[] = [];
  /** Requests that were received, to answer, and again. */
  readonly received: SipRequest[] = [];
  /** INVITEs that were sent as they were written, to cancel and acknowledge. */
  readonly invites: string[] = [];
  readonly tokens: string[] = [];
  /** How many responses of each status came: they tell how deep the messages reach. */
  readonly answers = new Map<number, number>();
  uses = 0;

  constructor(identity: PeerIdentity) {
    this.identity = identity;
  }

  /** Takes in what came. What cannot be read is nothing learned. */
  learn(message: SipMessage): void {
    try {
      if (message.kind === 'request') this.#learnRequest(message);
      else this.#learnResponse(message);
    } catch {
      // A field that the servers pass on as its sender wrote it.
    }
  }

  #learnRequest(request: SipRequest): void {
    keep(this.received, request);
    const routes = request.values('Record-Route');
    for (const route of routes) keep(this.routes, route);
    const { callId, contacts, from, to } = request;
    const target = contacts[0]?.uri.toString();
    if (target === undefined) return;
    keep(this.tokens, target);
    keep(this.dialogs, { callId, local: `${to};tag=far`, remote: `${from}`, target, routes: [...routes] });
  }

  #learnResponse(response: SipResponse): void {
    this.answers.set(response.status, (this.answers.get(response.status) ?? 0) + 1);
    for (const [name, field] of [
      ['WWW-Authenticate', 'Authorization'],
      ['Proxy-Authenticate', 'Proxy-Authorization'],
    ] as const) {
      for (const challenge of selectChallenges(response.all(name), ['SHA-256', 'MD5']))
        keep(this.challenges, { challenge, field });
    }
    const routes = [...response.values('Record-Route')].reverse();
    for (const route of routes) keep(this.routes, route);
    const { callId, from, status, to } = response;
    const [contact] = response.contacts;
    if (status > 299 || to.tag === undefined || contact === undefined) return;
    const target = contact.uri.toString();
    keep(this.tokens, target);
    for (const name of ['pub-gruu', 'temp-gruu']) {
      const gruu = contact.parameters.get(name);
      if (gruu !== undefined) keep(this.tokens, gruu);
    }
    keep(this.dialogs, { callId, local: `${from}`, remote: `${to}`, target, routes });
  }
}

/** Adds something to the last dozen. */
export function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > kept) list.shift();
}
