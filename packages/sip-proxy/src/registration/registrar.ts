import {
  addressOfRecord,
  createResponse,
  detached,
  NameAddr,
  parseUri,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import type { Binding } from '../locations/binding.ts';
import type { LocationChange } from '../locations/locations.ts';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import { refuseRequired } from '../request/required-extensions.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { tooMany, withoutRoom } from './binding-room.ts';
import {
  contactText,
  leftBehind,
  notOfDevice,
  readContact,
  sameBinding,
  tooLong,
  type WantedContact,
} from './contact-binding.ts';
import { gruusOf, gruusSince, leadsBack } from './gruu.ts';
import { policyOf, type RegistrationPolicy } from './registration-policy.ts';

/** What a registrar knows about a REGISTER beside its text. */
export interface RegisterContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Tag for To of the response: 32 random bits or more. */
  readonly toTag: string;
  /** The connection it came over, as the runtime names it; only where the client is a client of this server. */
  readonly flow?: string;
  /** FQDN of this server, where others read its bindings too. */
  readonly server?: string;
  /** Who vouches for the binding, see `Binding`; only where others believe it for that. */
  readonly vouchedBy?: string;
  /** Over which servers it came, see `Binding`. */
  readonly askedBy?: readonly string[];
  /** Version of the account by which the user has authenticated, see `Binding`. */
  readonly account?: string | undefined;
  /** When the challenge was made that it answers, milliseconds since 1970; undefined where that is not known. */
  readonly challengedAt?: number | undefined;
  /** Bounds in seconds and contacts; what is left out is as in `defaultRegistrationPolicy`. */
  readonly policy?: Partial<RegistrationPolicy>;
  /** Seals temporary GRUUs: then devices that support it get GRUUs (RFC 5627). */
  readonly gruus?: Sealing;
}

/** Option tags that a registrar understands. */
export const registrarExtensions: ReadonlySet<string> = new Set(['path', 'outbound', 'gruu']);

/** What {@link register} decides. */
export type Registration =
  | { readonly ok: true; readonly bindings: readonly Binding[]; readonly response: SipResponse }
  | { readonly ok: false; readonly refusal: RequestRefusal };

/**
 * The address of record a REGISTER is about, if the sender may change it.
 * @param request - REGISTER
 * @param addresses - addresses of record the authenticated user may register; the first is the user's own
 * @see RFC 3261 §10.3 steps 3 to 5
 */
export function registeredAddress(
  request: SipRequest,
  addresses: readonly string[],
): { readonly ok: true; readonly aor: string } | { readonly ok: false; readonly refusal: RequestRefusal } {
  const aor = addressOfRecord(request.to.uri);
  if (aor !== undefined && addresses.includes(aor)) return { ok: true, aor };
  return {
    ok: false,
    refusal: refusal(
      'registration-not-authorised',
      403,
      `To: expected ${addresses.join(' or ') || 'an address of the authenticated user'}, found ${aor ?? request.to.uri.toString()}`,
      'Register the address of the account that authenticates.',
    ),
  };
}

/**
 * Decides a REGISTER. Nothing is stored here: give it to `Locations.update` as the decision.
 * @param request - REGISTER by a sender who may change `aor`
 * @param aor - from {@link registeredAddress}
 * @param current - unexpired bindings of `aor`
 * @param context - time, connection, bounds
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` for bounds that there are not, or that are not numbers
 * @see RFC 3261 §10.3 steps 2 and 6 to 8, RFC 3327 §5.3, RFC 5626 §6, RFC 5627 §5
 */
export function register(
  request: SipRequest,
  aor: string,
  current: readonly Binding[],
  context: RegisterContext,
): Registration {
  const policy = policyOf(context);
  const unsupported = refuseRequired(request, registrarExtensions);
  if (unsupported !== undefined) return { ok: false, refusal: unsupported };
  if (request.isContactWildcard) return removeAll(request, aor, current, context, policy);
  const path = request.has('Path') ? request.addressesOf('Path') : [];
  const endless = tooLong(request.callId, path);
  if (endless !== undefined) return endless;
  // Counted before they are compared: each is compared with every binding.
  if (request.contacts.length > policy.maxContacts) return tooMany(request.contacts.length, policy);
  const supportsOutbound = tags(request, 'Supported').includes('outbound');
  const contacts: WantedContact[] = [];
  for (const contact of request.contacts) {
    const read = readContact(contact, request, policy);
    if (!read.ok) return read;
    let { wanted } = read;
    if (wanted.expiresSec > 0 && leadsBack(wanted.uri, aor, context.gruus)) return notOfDevice(wanted.uri);
    if (wanted.regId !== undefined && !keepsFlow(request, path, context)) {
      if (supportsOutbound) return firstHopLacksOutbound();
      // A client that does not know outbound has not asked for it (RFC 5626 §6).
      wanted = { ...wanted, regId: undefined };
    }
    contacts.push(wanted);
  }
  const meant = new Set<string>();
  for (const wanted of contacts) {
    const same = sameBinding(current, wanted);
    if (same === undefined) continue;
    if (isOvertaken(request, same)) return outOfOrder(request, same);
    if (same.regId === undefined) meant.add(same.uri);
  }
  let bindings = current;
  // The first of them are those stored; what this REGISTER writes follows.
  let storedCount = current.length;
  for (const wanted of contacts) {
    const stored = bindings.slice(0, storedCount);
    const others = stored.filter(({ uri }) => !meant.has(uri));
    const same = sameBinding(bindings, wanted);
    const left = same === undefined ? leftBehind(others, wanted) : undefined;
    if (left !== undefined && comesLate(request, left, context)) return outOfOrder(request, left);
    const before = same ?? left;
    if (before !== undefined && stored.includes(before)) storedCount--;
    const added = wanted.expiresSec > 0 ? bindingOf(request, aor, wanted, path, context) : undefined;
    bindings = replaced(bindings, before, added);
  }
  const outbound = supportsOutbound && contacts.some(({ regId }) => regId !== undefined);
  const crowded = withoutRoom(bindings, current, policy);
  if (crowded !== undefined) return crowded;
  return { ok: true, bindings, response: response(request, aor, bindings, context, policy, outbound) };
}

/**
 * {@link register} in the form that `Locations.update` takes.
 * @example
 * ```ts
 * const decided = locations.update(aor, now, registerChange(request, aor, { now, flow, toTag }));
 * ```
 */
export function registerChange(
  request: SipRequest,
  aor: string,
  context: RegisterContext,
): (current: readonly Binding[]) => LocationChange<Registration> {
  return (current) => {
    const result = register(request, aor, current, context);
    return result.ok ? { bindings: result.bindings, result } : { result };
  };
}

/** The bindings with one in place of another; all of its device agree since when temporary GRUUs count. */
function replaced(
  bindings: readonly Binding[],
  before: Binding | undefined,
  added: Binding | undefined,
): readonly Binding[] {
  const others = bindings.filter((binding) => binding !== before);
  if (added === undefined) return others;
  const { instance } = added;
  if (instance === undefined) return [...others, added];
  const isOfDevice = (binding: Binding) => binding.instance === instance;
  const since = gruusSince(bindings.filter(isOfDevice), added, added.updatedAt);
  return [...others, added].map((binding) =>
    isOfDevice(binding) && binding.gruusSince !== since ? { ...binding, gruusSince: since } : binding,
  );
}

function removeAll(
  request: SipRequest,
  aor: string,
  current: readonly Binding[],
  context: RegisterContext,
  policy: RegistrationPolicy,
): Registration {
  if (request.expires !== 0) {
    return {
      ok: false,
      refusal: refusal(
        'malformed-request',
        400,
        `Contact: expected "*" only with Expires: 0, found Expires: ${request.expires ?? 'none'}`,
        'Send Contact: * together with Expires: 0 to remove all bindings.',
      ),
    };
  }
  const overtaken = current.find((binding) => isOvertaken(request, binding));
  if (overtaken !== undefined) return outOfOrder(request, overtaken);
  return { ok: true, bindings: [], response: response(request, aor, [], context, policy, false) };
}

function bindingOf(
  request: SipRequest,
  aor: string,
  wanted: WantedContact,
  path: readonly NameAddr[],
  context: RegisterContext,
): Binding {
  // A binding outlives its REGISTER by far.
  return {
    aor: detached(aor),
    uri: detached(contactText(wanted.uri)),
    q: wanted.q,
    expiresAt: context.now + wanted.expiresSec * 1_000,
    callId: detached(request.callId),
    cseq: request.cseq.sequence,
    path: path.map((entry) => detached(entry.toString())),
    updatedAt: context.now,
    ...(path.length === 0 && context.flow !== undefined && { flow: context.flow }),
    ...(path.length === 0 && context.server !== undefined && { server: context.server }),
    ...(context.vouchedBy !== undefined && { vouchedBy: context.vouchedBy }),
    ...(context.askedBy !== undefined && context.askedBy.length > 0 && { askedBy: context.askedBy }),
    ...(context.account !== undefined && { account: context.account }),
    ...(wanted.instance !== undefined && { instance: detached(wanted.instance) }),
    ...(wanted.regId !== undefined && { regId: wanted.regId }),
  };
}

/** A REGISTER of the same client that was sent before the one stored (RFC 3261 §10.3 step 7). */
function isOvertaken(request: SipRequest, binding: Binding): boolean {
  return binding.callId === request.callId && request.cseq.sequence <= binding.cseq;
}

/** Milliseconds: a request that is under way for longer was given up at each hop, twice its Timer F (RFC 3261 §17.1.2.2). */
const underWayMs = 64_000;

/**
 * Whether a REGISTER was sent before the one that has bound another contact of the same device since, and has come after it. Its CSeq alone does
 * not say so: a device that has started again and keeps its Call-ID may count from the beginning. But such a one answers a challenge that was
 * made after its last registration, and one that comes late does not.
 */
function comesLate(request: SipRequest, binding: Binding, { challengedAt, now }: RegisterContext): boolean {
  if (binding.callId !== request.callId || request.cseq.sequence >= binding.cseq) return false;
  if (challengedAt === undefined || challengedAt >= binding.updatedAt) return false;
  // Of a server whose clock is ahead, the time says nothing: a telephone that has started again is not to wait for it.
  const agoMs = now - binding.updatedAt;
  return agoMs >= 0 && agoMs < underWayMs;
}

/** Whether the first hop keeps the flow of the client: this server, or a first Path entry with `ob` (RFC 5626 §6). */
function keepsFlow(request: SipRequest, path: readonly NameAddr[], context: RegisterContext): boolean {
  if (path.length === 0 && context.flow !== undefined && request.vias.length === 1) return true;
  const first = path[path.length - 1]?.uri;
  return first?.kind === 'sip' && first.parameters.has('ob');
}

function response(
  request: SipRequest,
  aor: string,
  bindings: readonly Binding[],
  context: RegisterContext,
  policy: RegistrationPolicy,
  outbound: boolean,
): SipResponse {
  const headers: (readonly [string, string | number | NameAddr])[] = [];
  const gruu = context.gruus !== undefined && tags(request, 'Supported').includes('gruu');
  for (const binding of bindings) headers.push(['Contact', contactOf(binding, aor, context, gruu)]);
  // The first hop learns of the path only if the client can make use of it (RFC 3327 §5.3).
  if (tags(request, 'Supported').includes('path'))
    for (const entry of request.all('Path')) headers.push(['Path', entry]);
  if (outbound) {
    headers.push(['Require', 'outbound']);
    if (policy.flowTimerSec > 0) headers.push(['Flow-Timer', policy.flowTimerSec]);
  }
  return createResponse(request, 200, undefined, { toTag: context.toTag, headers });
}

function contactOf(binding: Binding, aor: string, context: RegisterContext, gruu: boolean): NameAddr {
  const uri = parseUri(binding.uri);
  let contact = NameAddr.from({ uri: uri.ok ? uri.value : binding.uri });
  contact = contact.withParameter(
    'expires',
    Math.max(1, Math.ceil((binding.expiresAt - context.now) / 1_000)),
  );
  if (binding.q !== 1) contact = contact.withParameter('q', String(binding.q));
  if (binding.instance === undefined) return contact;
  contact = contact.withParameter('+sip.instance', binding.instance);
  if (binding.regId !== undefined) contact = contact.withParameter('reg-id', binding.regId);
  if (!gruu || context.gruus === undefined) return contact;
  const { now, gruus: sealing } = context;
  const { publicGruu, temporaryGruu } = gruusOf(aor, binding, { now, sealing });
  contact = contact.withParameter('pub-gruu', publicGruu);
  return temporaryGruu === undefined ? contact : contact.withParameter('temp-gruu', temporaryGruu);
}

function tags(request: SipRequest, name: string): readonly string[] {
  return request.has(name) ? request.tokens(name).map((tag) => tag.toLowerCase()) : [];
}

function outOfOrder(request: SipRequest, binding: Binding): Registration {
  return {
    ok: false,
    refusal: refusal(
      'registration-out-of-order',
      500,
      `CSeq: expected a number above ${binding.cseq} for this Call-ID, found ${request.cseq.sequence}`,
      'Count CSeq up with each REGISTER of the same Call-ID.',
    ),
  };
}

function firstHopLacksOutbound(): Registration {
  return {
    ok: false,
    refusal: refusal(
      'first-hop-lacks-outbound',
      439,
      'Path: expected a first hop with parameter ob, found none',
      'Register without reg-id, or through a server that supports outbound.',
    ),
  };
}
