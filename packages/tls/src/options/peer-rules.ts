import { isIP } from 'node:net';
import {
  listOf,
  nested,
  octets,
  oneOf,
  type Place,
  type Rule,
  required,
  rule,
  text,
  wholeNumber,
  withMethods,
} from '@entente/options';
import { allowNames } from '@entente/trust';
import { TlsFault } from '../fault/fault.ts';

/** What is dialled, in the form that DNS and the sockets of Node take. */
export const hostToDial = rule(
  'a name or an IP address, without scheme, port, path and brackets',
  (value) => typeof value === 'string' && (isIP(value) !== 0 || /^[^\s/:@[\]]+$/.test(value)),
);

const trust = withMethods(
  'a trust, as openTrust and createTrust return it',
  'judge.judge',
  'clock.now',
  'clock.after',
  'onChange',
);

/** A trust state that is open. */
export const trustState: Rule = {
  read(value, place) {
    const read = trust.read(value, place) as { readonly isClosed?: boolean };
    if (read.isClosed !== true) return read;
    throw new TlsFault('ENTENTE_TRUST_CLOSED', {
      sentence: place.expected('a trust that is open', 'one that was disposed of'),
      place: String(place),
      remedy: 'dispose of a trust after everything that uses it, or open another one',
    });
  },
};

/** A certificate with its key. */
export const credential = rule('a credential, as loadCredential returns it', (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { current, onChange } = value as { readonly current?: unknown; readonly onChange?: unknown };
  if (typeof onChange !== 'function' || typeof current !== 'object' || current === null) return false;
  const { certificatePem, keyPem } = current as Readonly<Record<string, unknown>>;
  return typeof certificatePem === 'string' && typeof keyPem === 'string';
});

const allowed = 'a list of exact names, or a function that decides';

/** Which peers may use a link. A list becomes the function that it stands for. */
export const allow: Rule = {
  read(value, place) {
    if (typeof value === 'function') return value;
    if (!Array.isArray(value)) throw place.unlike(allowed, value);
    return allowNames(value.map((name: unknown, index) => peerName(name, place.within(index))));
  },
};

function peerName(name: unknown, place: Place): string {
  const read = text.read(name, place) as string;
  try {
    allowNames([read]);
  } catch {
    throw place.fault(
      place.expected(
        'a DNS name, a URI or an IP address',
        `"${read.slice(0, 60).replaceAll(/[^ -~]/g, '?')}"`,
      ),
      'write it like pool1.contoso.example, sip:contoso.example or 192.0.2.1, without wildcard',
    );
  }
  return read;
}

/** What a caller says of a link. */
export const link = nested({ name: text, interface: text, local: text });

const name = required(text, 'give the name that the peer must have');
const modes = {
  'sip-domain': nested({ mode: text, domain: name }),
  host: nested({ mode: text, name }),
  https: nested({ mode: text, name }),
  service: nested({
    mode: text,
    allowed: required(listOf(text, 'a list of names'), 'list the names of which the peer must have one'),
  }),
  inbound: nested({ mode: text }),
};

/**
 * How the names of a peer are checked.
 * @param allowedModes - modes that the caller may choose
 */
export function expectation(...allowedModes: readonly (keyof typeof modes)[]): Rule {
  const mode = oneOf(...allowedModes);
  return {
    read(value, place) {
      if (typeof value !== 'object' || value === null) {
        throw place.unlike(
          `a mode with a name, such as { mode: 'host', name: 'pool1.contoso.example' }`,
          value,
        );
      }
      const { mode: given } = value as { readonly mode?: unknown };
      const chosen = mode.read(given, place.within('mode')) as keyof typeof modes;
      // The mode is read twice, and a getter may have answered otherwise the second time.
      return Object.assign(modes[chosen].read(value, place) as object, { mode: chosen });
    },
  };
}

const octet = wholeNumber(0, 255);

/** What DNSSEC-validated TLSA records say. */
export const dane = nested({
  host: required(text, 'give the host whose records these are'),
  records: required(
    listOf(
      nested({
        usage: required(octet, 'give the first field of the record'),
        selector: required(octet, 'give the second field of the record'),
        matching: required(octet, 'give the third field of the record'),
        data: required(octets, 'give the fourth field of the record'),
      }),
      'a list of TLSA records',
    ),
    'give the TLSA records, or leave dane out',
  ),
});

/** Protocols of ALPN. @see RFC 7301 §3.1 */
export const protocols = listOf(
  rule(
    'a protocol name of 1 to 255 characters',
    (value) => typeof value === 'string' && value !== '' && value.length < 256,
  ),
  'a list of protocol names',
);

/** The lowest protocol version. */
export const lowestVersion = oneOf('TLSv1.2', 'TLSv1.3');
