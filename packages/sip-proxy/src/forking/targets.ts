import { parseUri, requestUriOf, type SipUri, type Uri, uriEquals } from '@entente/sip';
import type { Binding } from '../locations/binding.ts';
import { deviceOf } from '../locations/device.ts';
import { gruuLeadsTo, type TemporaryGruu } from '../registration/gruu.ts';
import { type RequestRefusal, refusal, sipsWarnings, warning } from '../request/refusal.ts';

/** Where one copy of a request goes. */
export interface Target {
  /** The new Request-URI. */
  readonly uri: string;
  /** The client connection to send on, or undefined: follow `routes`. */
  readonly flow: string | undefined;
  /** Route values to put in front, first hop first (the binding's Path). */
  readonly routes: readonly string[];
  /** `+sip.instance` of the device, where it has one: other flows to it are alternatives, not further devices. */
  readonly instance: string | undefined;
  /** Whom it reaches: the address of record of the binding, and its device (`deviceOf`); none where a server finds that out. */
  readonly user?: string;
  /** Name of the device that it reaches (`deviceOf`); none where a server finds that out. */
  readonly device?: string;
  /** Its share of Max-Breadth where the request is forked; the response context sets it (RFC 5393). */
  readonly breadth?: number;
}

/** Groups to try one after the other; the targets of a group are tried at the same time. */
export type TargetGroups = readonly (readonly Target[])[];

/** What {@link selectTargets} finds. */
export type SelectedTargets =
  | { readonly ok: true; readonly groups: TargetGroups }
  | { readonly ok: false; readonly refusal: RequestRefusal };

/** Most branches a request may be forked into; registrations beyond are not tried. */
const maxTargets = 16;

/**
 * Turns the bindings of a user into targets: highest q first, equal q at the same time, of one device only the contact
 * registered last (its others follow as later groups).
 * @param bindings - unexpired, of one address of record
 * @param requestUri - the Request-URI; with `gr` only that device is meant (RFC 5627 §6.1)
 * @param agent - our host name, for a Warning
 * @param gruu - what the Request-URI stands for, where it is a temporary GRUU
 * @see RFC 3261 §16.5, RFC 5626 §7
 */
export function selectTargets(
  bindings: readonly Binding[],
  requestUri: Uri,
  agent: string,
  gruu?: TemporaryGruu,
): SelectedTargets {
  const isPublicGruu = gruu === undefined && requestUri.kind === 'sip' && requestUri.isGruu;
  const wanted = isPublicGruu ? instanceOfGruu(requestUri) : undefined;
  const known = gruu === undefined ? bindings : bindings.filter((binding) => gruuLeadsTo(gruu, binding));
  if (gruu !== undefined && known.length === 0) return voidGruu(requestUri);
  let meant = known.filter((binding) => allowedForScheme(binding, requestUri));
  if (wanted !== undefined) meant = meant.filter((binding) => instanceUrn(binding.instance) === wanted);
  if (meant.length === 0) return notRegistered(bindings, requestUri, wanted, agent);
  if (meant.length === 1) return { ok: true, groups: [[targetOf(meant[0]!, requestUri)]] };

  const isGruu = gruu !== undefined || isPublicGruu;
  // Of the contacts of a GRUU the one refreshed last comes first, whatever q it has (RFC 5627 §6.1).
  const sorted = [...meant]
    .sort((a, b) => (isGruu ? 0 : b.q - a.q) || b.updatedAt - a.updatedAt)
    .slice(0, maxTargets);
  const groups: Target[][] = [];
  const spare: Target[][] = [];
  const seen = new Set<string>();
  let q = Number.NaN;
  for (const binding of sorted) {
    const target = targetOf(binding, requestUri);
    if ([...groups, ...spare].flat().some((known) => isSameTarget(known, target))) continue;
    if (binding.instance !== undefined) {
      if (seen.has(binding.instance)) {
        spare.push([target]);
        continue;
      }
      seen.add(binding.instance);
    }
    if (binding.q === q) groups[groups.length - 1]!.push(target);
    else groups.push([target]);
    q = binding.q;
  }
  return { ok: true, groups: [...groups, ...spare] };
}

/** Whether a request would go to the same contact on the same way twice (RFC 3261 §16.5). */
function isSameTarget(one: Target, other: Target): boolean {
  if (one.flow !== other.flow || one.routes.join() !== other.routes.join()) return false;
  if (one.uri === other.uri) return true;
  const [a, b] = [parseUri(one.uri), parseUri(other.uri)];
  return a.ok && b.ok && uriEquals(a.value, b.value);
}

/** Do not upgrade a sip: request to sips: the scheme is the caller's choice, only the rest is the contact's (RFC 5630 §5.3). */
function targetOf(binding: Binding, requestUri: Uri): Target {
  const contact = allowedInRequest(binding.uri);
  const insecure = requestUri.scheme !== 'sips' && contact.startsWith('sips:');
  const uri = insecure ? `sip:${contact.slice('sips:'.length)}` : contact;
  const { aor: user, flow, instance, path: routes } = binding;
  return { uri, flow, routes, instance, user, device: deviceOf(binding) };
}

/** A Contact may have a method and header components, a Request-URI may not (RFC 3261 §16.6 step 2, §19.1.1). */
function allowedInRequest(contact: string): string {
  if (!contact.includes('?') && !/;method[=;]|;method$/i.test(contact)) return contact;
  const parsed = parseUri(contact);
  return parsed.ok && parsed.value.kind === 'sip' ? requestUriOf(parsed.value).toString() : contact;
}

/** A sips Request-URI reaches only sips contacts (RFC 5630 §5.3). */
function allowedForScheme(binding: Binding, requestUri: Uri): boolean {
  return requestUri.scheme !== 'sips' || binding.uri.startsWith('sips:');
}

function instanceOfGruu(uri: SipUri): string {
  return (uri.parameters.get('gr') ?? '').toLowerCase();
}

function instanceUrn(instance: string | undefined): string | undefined {
  return instance?.replace(/^<|>$/g, '').toLowerCase();
}

/** A temporary GRUU whose device is gone, or has registered with another Call-ID since (RFC 5627 §5.1, §6.1). */
function voidGruu(requestUri: Uri): SelectedTargets {
  return {
    ok: false,
    refusal: refusal(
      'unknown-user',
      404,
      `Request-URI: expected a temporary GRUU of a registration that goes on, found ${requestUri.toString()}`,
      'Ask the user for an address that counts now.',
    ),
  };
}

function notRegistered(
  bindings: readonly Binding[],
  requestUri: Uri,
  instance: string | undefined,
  agent: string,
): SelectedTargets {
  const found =
    bindings.length === 0
      ? 'none'
      : instance === undefined
        ? `${bindings.length}, but none registered with a sips contact`
        : `${bindings.length}, but none of the device ${instance}`;
  return {
    ok: false,
    refusal: refusal(
      'not-registered',
      480,
      `Bindings of ${requestUri.toString()}: expected at least one, found ${found}`,
      'Start a client that registers this address, then send the request again.',
      // There are devices, and none of them may be reached with sips (RFC 5630 §5.3).
      bindings.length > 0 && instance === undefined
        ? [['Warning', warning(380, agent, sipsWarnings[380])]]
        : [],
    ),
  };
}
