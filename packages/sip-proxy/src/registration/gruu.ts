import { addressOfRecord, SipUri, type Uri } from '@entente/sip';
import type { Binding } from '../locations/binding.ts';
import { deviceOf, instanceOf } from '../locations/device.ts';
import type { Sealing } from '../sealing/sealing.ts';

const purpose = 'gruu';
const prefix = 'tgruu.';

/** A temporary GRUU, opened. */
export interface TemporaryGruu {
  /** `alice@contoso.example`. */
  readonly aor: string;
  /** The device, as `instanceOf` names it. */
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
}

/**
 * The globally routable URIs of a device: one that shows the address of record, and a temporary one that shows nothing.
 * @param aor - `alice@contoso.example`
 * @param binding - with an instance
 * @param issue - `now` in milliseconds since 1970; `sealing` of the temporary one, which is void without its keys
 * @returns no temporary one where the address is too long to be sealed
 * @see RFC 5627 §3, §5.1, §5.4
 */
export function gruusOf(
  aor: string,
  binding: Binding,
  { now, sealing }: { readonly now: number; readonly sealing: Sealing },
): { readonly publicGruu: string; readonly temporaryGruu: string | undefined } {
  const at = aor.lastIndexOf('@');
  const host = aor.slice(at + 1);
  // The GRUU has the scheme of the contact it stands for (RFC 5630 §5.2.1).
  const scheme = binding.uri.startsWith('sips:') ? 'sips' : 'sip';
  const instance = (binding.instance ?? '').replace(/^<|>$/g, '');
  const publicGruu = new SipUri(
    scheme,
    aor.slice(0, at),
    undefined,
    host,
    undefined,
    SipUri.from({ host, parameters: { gr: instance } }).parameters,
    undefined,
  ).toString();
  const sealed = sealing.seal(purpose, [aor, instanceOf(deviceOf(binding)), Math.floor(now).toString(36)]);
  const user = `${prefix}${sealed}`;
  return {
    publicGruu,
    temporaryGruu:
      sealed === undefined
        ? undefined
        : SipUri.from({ scheme, user, host, parameters: { gr: true } }).toString(),
  };
}

/**
 * Whether a URI has the form of a temporary GRUU of ours.
 * @param uri - Request-URI
 */
export function isTemporaryGruu(uri: Uri): boolean {
  return uri.kind === 'sip' && uri.isGruu && uri.rawUser?.startsWith(prefix) === true;
}

/**
 * Opens a temporary GRUU.
 * @param uri - Request-URI
 * @param sealing - what sealed it
 * @returns whom and which device it means; undefined where it is none of ours
 */
export function openTemporaryGruu(uri: Uri, sealing: Sealing): TemporaryGruu | undefined {
  if (uri.kind !== 'sip' || !isTemporaryGruu(uri)) return undefined;
  const fields = sealing.open(purpose, uri.rawUser?.slice(prefix.length) ?? '');
  if (fields?.length !== 3) return undefined;
  const [aor = '', instance = '', issued = ''] = fields;
  // It counts in the domain that it was issued for alone.
  if (aor.slice(aor.lastIndexOf('@') + 1) !== uri.host) return undefined;
  return { aor, instance, issuedAt: Number.parseInt(issued, 36) };
}

/**
 * Whether a URI stands for an address of record itself, as that address and all its GRUUs do: as a contact of it, it would be a loop.
 * @param uri - of a contact
 * @param aor - `alice@contoso.example`
 * @param sealing - of temporary GRUUs
 * @see RFC 5627 §5.1
 */
export function leadsBack(uri: Uri, aor: string, sealing: Sealing | undefined): boolean {
  if (addressOfRecord(uri) === aor) return true;
  return sealing !== undefined && openTemporaryGruu(uri, sealing)?.aor === aor;
}

/**
 * Whether a temporary GRUU leads to a binding: to one of its device, issued since the registration began that goes on with this binding.
 * @param gruu - opened
 * @param binding - of its address of record, unexpired
 * @see RFC 5627 §5.1, §5.3
 */
export function gruuLeadsTo({ instance, issuedAt }: TemporaryGruu, binding: Binding): boolean {
  if (binding.instance === undefined || instanceOf(deviceOf(binding)) !== instance) return false;
  return binding.gruusSince !== undefined && issuedAt >= binding.gruusSince;
}

/**
 * Since when temporary GRUUs of a device count, once it has registered: since its registration began, or since it came with another
 * Call-ID than before, which makes all earlier ones void.
 * @param siblings - bindings of the device, unexpired
 * @param registered - what registers now
 * @param now - milliseconds since 1970
 * @see RFC 5627 §5.1
 */
export function gruusSince(
  siblings: readonly Binding[],
  { callId, regId }: Pick<Binding, 'callId' | 'regId'>,
  now: number,
): number {
  let since: number | undefined;
  let last: Binding | undefined;
  for (const sibling of siblings) {
    since = Math.max(since ?? 0, sibling.gruusSince ?? now);
    const isSameFlow = regId === undefined || sibling.regId === regId;
    if (isSameFlow && (last === undefined || sibling.updatedAt >= last.updatedAt)) last = sibling;
  }
  // In whole milliseconds, as GRUUs carry the time of their issue.
  return since === undefined || (last !== undefined && last.callId !== callId) ? Math.floor(now) : since;
}
