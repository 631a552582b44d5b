import { type NameAddr, parseUri, type SipRequest, type Uri, uriEquals } from '@entente/sip';
import { type Binding, bindingLimits } from '../locations/binding.ts';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import type { RegistrationPolicy } from './registration-policy.ts';

/** One Contact of a REGISTER, checked. */
export interface WantedContact {
  readonly uri: Uri;
  readonly q: number;
  /** Seconds granted; 0 removes the binding. */
  readonly expiresSec: number;
  readonly instance: string | undefined;
  readonly regId: number | undefined;
}

const maxInstanceLength = bindingLimits.instance;
/** Characters of a Contact URI: it becomes the start line of requests to the device, and has to fit in what each hop accepts of one. */
const maxUriLength = bindingLimits.uri;

/**
 * Reads one Contact value of a REGISTER.
 * @see RFC 3261 §10.3 step 7, RFC 5626 §6, RFC 5630 §5.2
 */
export function readContact(
  contact: NameAddr,
  request: SipRequest,
  policy: RegistrationPolicy,
):
  | { readonly ok: true; readonly wanted: WantedContact }
  | { readonly ok: false; readonly refusal: RequestRefusal } {
  const { uri, parameters } = contact;
  if (uri.kind !== 'sip') {
    // A device that could have GRUUs hears 403 (RFC 5627 §5.1).
    if (parameters.has('+sip.instance')) return notOfDevice(uri);
    return malformed('Contact', 'a sip: or sips: URI', uri.toString());
  }
  if (uri.toString().length > maxUriLength)
    return malformed('Contact', `a URI of at most ${maxUriLength} characters`, uri.toString());
  if (uri.scheme === 'sips' && !isSecureThroughout(request)) return insecure();
  const q = parameters.has('q') ? readQ(parameters.get('q') ?? '') : 1;
  if (q === undefined)
    return malformed('Contact parameter q', '0 to 1 with at most three decimals', parameters.get('q'));
  const asked = readSeconds(parameters.get('expires')) ?? request.expires ?? policy.defaultExpiresSec;
  if (asked > 0 && asked < policy.minExpiresSec) {
    return {
      ok: false,
      refusal: refusal(
        'interval-too-brief',
        423,
        `Expires: expected at least ${policy.minExpiresSec} seconds, found ${asked}`,
        `Register for ${policy.minExpiresSec} seconds or longer.`,
        [['Min-Expires', policy.minExpiresSec]],
      ),
    };
  }
  const instance = parameters.get('+sip.instance');
  if (
    instance !== undefined &&
    (instance.length > maxInstanceLength || !/^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(instance))
  ) {
    return malformed('Contact parameter +sip.instance', 'a URN in angle brackets', instance);
  }
  const regIdText = parameters.get('reg-id');
  const regId = regIdText === undefined ? undefined : readSeconds(regIdText);
  if (regIdText !== undefined && (regId === undefined || regId < 1 || regId > 0x7fff_ffff)) {
    return malformed('Contact parameter reg-id', 'a number from 1', regIdText);
  }
  return {
    ok: true,
    wanted: {
      uri,
      q,
      expiresSec: Math.min(asked, policy.maxExpiresSec),
      instance,
      // Without an instance a reg-id says nothing (RFC 5626 §6).
      regId: instance === undefined ? undefined : regId,
    },
  };
}

/**
 * Refuses a REGISTER with more beside its Contact than a binding has room for.
 * @param callId - of the REGISTER
 * @param path - its Path
 */
export function tooLong(
  callId: string,
  path: readonly NameAddr[],
): { readonly ok: false; readonly refusal: RequestRefusal } | undefined {
  const { callId: maxCallId, path: maxPath, pathEntry } = bindingLimits;
  if (callId.length > maxCallId) return malformed('Call-ID', `at most ${maxCallId} characters`, callId);
  const endless = path.find((entry) => entry.toString().length > pathEntry);
  if (endless !== undefined) return malformed('Path', `at most ${pathEntry} characters`, endless.toString());
  if (path.length > maxPath) return malformed('Path', `at most ${maxPath} entries`, `${path.length}`);
  return undefined;
}

/**
 * The refusal of a contact that leads to nothing but the user: requests would come back here for ever.
 * @param uri - of the contact
 * @see RFC 5627 §5.1
 */
export function notOfDevice(uri: Uri): { readonly ok: false; readonly refusal: RequestRefusal } {
  return {
    ok: false,
    refusal: refusal(
      'registration-not-authorised',
      403,
      `Contact: expected the SIP address of a device, found ${JSON.stringify(uri.toString().slice(0, 80))}`,
      'Register the address of the device itself, not the address of record or a GRUU of it.',
    ),
  };
}

/** A sips contact may be bound only where Request-URI and every Path entry are sips too (RFC 5630 §5.2). */
function isSecureThroughout(request: SipRequest): boolean {
  if (request.uri.scheme !== 'sips') return false;
  return !request.has('Path') || request.addressesOf('Path').every((entry) => entry.uri.scheme === 'sips');
}

function insecure() {
  return {
    ok: false,
    refusal: refusal(
      'insecure-registration',
      400,
      'Contact: expected a sips URI only with a sips Request-URI and sips Path entries, found a sip URI among them',
      'Register the sips contact at a sips: Request-URI, or register a sip contact.',
    ),
  } as const;
}

/**
 * The binding that a contact means: the same flow of the same device, else an equivalent URI.
 * @param bindings - those stored, and what this REGISTER has made of them so far
 */
export function sameBinding(
  bindings: readonly Binding[],
  { instance, regId, uri }: WantedContact,
): Binding | undefined {
  if (instance !== undefined && regId !== undefined)
    return bindings.find((binding) => binding.instance === instance && binding.regId === regId);
  return bindings.find((binding) => {
    if (binding.regId !== undefined) return false;
    const stored = parseUri(binding.uri);
    return stored.ok && uriEquals(stored.value, uri);
  });
}

/**
 * A binding that the device of a contact has left behind. A device that has started again registers with another Call-ID (RFC 3261 §10.2.4), one
 * that has connected again keeps it (§10.2), and either often has another address: its earlier binding is replaced, whatever its CSeq, because
 * some that keep the Call-ID count from the beginning again. Otherwise every start and every new connection would leave one behind, and after a few the user
 * could register no more. A contact that is removed leaves nothing behind, whatever its Call-ID: it removes the binding that it means (§10.3 step 7), by its
 * URI or by its flow (RFC 5626 §6), and no other one. A device removes what an earlier start of it had bound, and keeps what it has bound since.
 * @param bindings - those stored that no contact of this REGISTER means
 */
export function leftBehind(
  bindings: readonly Binding[],
  { instance, regId, expiresSec }: WantedContact,
): Binding | undefined {
  if (instance === undefined || regId !== undefined || expiresSec === 0) return undefined;
  return bindings.find((binding) => binding.regId === undefined && binding.instance === instance);
}

/** 0 to 1 with at most three decimals (RFC 3261 §25.1, qvalue). */
function readQ(text: string): number | undefined {
  if (text.length === 0 || text.length > 5) return undefined;
  const dot = text.indexOf('.');
  const digits = dot === -1 ? text : text.slice(0, dot) + text.slice(dot + 1);
  if (readSeconds(digits) === undefined || (dot !== -1 && dot !== 1)) return undefined;
  const q = Number(text);
  return q >= 0 && q <= 1 ? q : undefined;
}

/** A Contact URI as bindings keep it: its scheme in lower case. */
export function contactText(uri: Uri): string {
  return uri.toString().replace(/^sips?:/i, (scheme) => scheme.toLowerCase());
}

/** Digits only, at most 2^32 − 1. */
export function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 64) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return undefined;
  }
  return Math.min(Number(text), 0xffff_ffff);
}

function malformed(where: string, expected: string, found: string | undefined) {
  return {
    ok: false,
    refusal: refusal(
      'malformed-request',
      400,
      `${where}: expected ${expected}, found ${JSON.stringify((found ?? '').slice(0, 80))}`,
      'Correct it in the REGISTER.',
    ),
  } as const;
}
