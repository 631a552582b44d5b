import {
  checkSize,
  createRequest,
  type SipRequest,
  type SipResponse,
  serverTransactionKey,
  withoutTopVia,
} from '@entente/sip';
import type { AcceptedInvite, AcceptedUser, SipEndpoint } from '@entente/sip-endpoint';
import type { RequestRefusal, Target } from '@entente/sip-proxy';
import { withSource } from '../response-with-received.ts';
import { recordedIn } from './end-of-call.ts';
import { PassedTags } from './forwarded-to-tags.ts';
import { endDeviceCall } from './refuse-response.ts';
import type { LaterAnswers, RelayRules } from './relay-rules.ts';
import type { BranchRun, RelayedRequest } from './relayed-request.ts';

/**
 * A call that was accepted, as long as further devices may accept it too: their answers go back, or their calls are ended where a rule
 * refuses what is in them.
 * @see RFC 3261 §16.7 step 5, RFC 6026 §7.2
 */
export class AcceptedCall implements AcceptedUser {
  readonly #rules: LaterAnswers;
  readonly #endpoint: SipEndpoint;
  /** Values of Record-Route that the INVITE had when it left, ours included. */
  readonly #recorded: number;
  readonly #passed: PassedTags;
  #refused: RequestRefusal | undefined = undefined;
  /** Tags of devices whose call was ended. */
  #ended: Set<string> | undefined = undefined;

  /**
   * @param rules - what further answers go through
   * @param endpoint - on whose connections they travel
   * @param recorded - values of Record-Route that the INVITE had when it left
   * @param passed - devices whose answers went back so far
   */
  constructor(rules: LaterAnswers, endpoint: SipEndpoint, recorded: number, passed: PassedTags) {
    this.#passed = passed;
    this.#rules = rules;
    this.#endpoint = endpoint;
    this.#recorded = recorded;
  }

  get keptBytes(): number {
    return this.#rules.keptBytes;
  }

  onFurtherSuccess(response: SipResponse, accepted: AcceptedInvite): void {
    const rules = this.#rules;
    const { tag } = response.to;
    const hasPassed = this.#passed.has(tag);
    const refused = rules.refuses?.(response);
    this.#refused ??= refused;
    if (refused !== undefined || (this.#refused !== undefined && !hasPassed)) {
      this.#end(response, accepted);
      return;
    }
    const back = withoutTopVia(rules.arrived?.(response) ?? response);
    // The one who answers has written another way back: it would end another request of the server before us.
    if (back === undefined || serverTransactionKey(back) !== accepted.received.key) {
      if (!hasPassed) this.#end(response, accepted);
      return;
    }
    const { connection } = accepted.received;
    const answer = withSource(rules.answer?.(back) ?? back, connection);
    // Its receiver would refuse it; they have the call with the first device.
    if (checkSize(answer, connection.accepts) !== undefined) return;
    this.#passed.add(tag);
    this.#endpoint.accepted.respond(answer, accepted);
  }

  /** The device would believe in a call that nobody has with it. */
  #end(response: SipResponse, { sent }: AcceptedInvite): void {
    this.#ended ??= new Set();
    const invite = { invite: inviteOf(response), recorded: this.#recorded };
    endDeviceCall(this.#ended, response, invite, sent.connection, this.#endpoint);
  }
}

/**
 * A small record takes the place of a request whose INVITE was accepted, by one device so far, and of which nobody else is asked any more.
 * In a dialog it stays as it is: an end of the call that must not go on is made of it.
 * @param relayed - of which nothing is under way
 * @param endpoint - on whose connections it has travelled
 */
export function keepAccepted(relayed: RelayedRequest, endpoint: SipEndpoint): void {
  const { request, rules, server } = relayed;
  if (server.kind !== 'invite-server' || server.state !== 'accepted' || request.to.tag !== undefined) return;
  const run = onlyAccepted(relayed);
  const client = run?.transaction;
  if (run === undefined || client === undefined) return;
  const { target } = run.branch;
  const later = rules.laterAnswers?.(target) ?? sameRules(rules, target, keptBytesOf(request));
  // Its text may be gone: it is dropped once a device has accepted, and others may have been asked until now.
  const recorded = run.recorded ?? recordedIn(client.request);
  const passed = run.passed ?? new PassedTags();
  endpoint.accepted.keep(server, client, new AcceptedCall(later, endpoint, recorded, passed));
}

/** The branch whose device has accepted; undefined where there are several, or where it went to several places of a hop. */
function onlyAccepted({ branches }: RelayedRequest): BranchRun | undefined {
  let found: BranchRun | undefined;
  for (const { owner } of branches) {
    if (owner?.transaction === undefined) continue;
    if (owner.tried !== undefined || owner.refused !== undefined) return undefined;
    if (owner.transaction.state !== 'accepted') continue;
    if (found !== undefined) return undefined;
    found = owner;
  }
  return found;
}

/** Text and index of a header. */
function keptBytesOf({ head }: SipRequest): number {
  return 1_024 + head.bodyStart;
}

/** What further answers go through where the rules of the request do not say that by themselves: those rules, for the same target. */
function sameRules(rules: RelayRules, target: Target, keptBytes: number): LaterAnswers {
  return {
    keptBytes,
    refuses: (response) => rules.refuses?.(response, target),
    arrived: (response) => rules.arrived?.(response, target) ?? response,
    answer: (response) => rules.answer?.(response) ?? response,
  };
}

/** The INVITE that a 2xx answers, as far as its ACK and a BYE have to know it: what they copy is in the answer too. */
function inviteOf({ callId, cseq, from, to }: SipResponse): SipRequest {
  return createRequest({
    method: 'INVITE',
    uri: to.uri,
    from,
    to: to.with({ parameters: to.parameters.without('tag') }),
    callId,
    cseq: cseq.sequence,
  });
}
