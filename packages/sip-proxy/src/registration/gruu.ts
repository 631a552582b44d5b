import { SipUri } from '@entente/sip';
import type { Binding } from '../locations/binding.ts';
import { openToken, sealToken } from '../route/token.ts';

const purpose = 'gruu';
const prefix = 'tgruu.';

/**
 * The globally routable URIs of a device: one that shows the address of record, one that does not.
 * @param aor - `alice@contoso.example`
 * @param binding - with an instance
 * @param key - at least 32 secret bytes; a new key makes the temporary ones void
 * @see RFC 5627 §3, §5.4
 */
export function gruusOf(
  aor: string,
  binding: Binding,
  key: Uint8Array,
): { readonly publicGruu: string; readonly temporaryGruu: string } {
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
  // Bound to the Call-ID: a temporary GRUU lives as long as the registration that got it (RFC 5627 §3.2.2).
  const token = sealToken(purpose, [aor, instance, binding.callId], key);
  const temporaryGruu = SipUri.from({
    scheme,
    user: `${prefix}${token}`,
    host,
    parameters: { gr: true },
  }).toString();
  return { publicGruu, temporaryGruu };
}

/**
 * Reads a temporary GRUU.
 * @param user - user part of a Request-URI
 * @returns whom and which device it means, or undefined where it is none of ours
 */
export function openTemporaryGruu(
  user: string,
  key: Uint8Array,
): { readonly aor: string; readonly instance: string; readonly callId: string } | undefined {
  if (!user.startsWith(prefix)) return undefined;
  const fields = openToken(purpose, user.slice(prefix.length), key);
  if (fields === undefined || fields.length !== 3) return undefined;
  return { aor: fields[0]!, instance: fields[1]!, callId: fields[2]! };
}
