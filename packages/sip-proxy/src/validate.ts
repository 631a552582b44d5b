import type { SipRequest } from '@entente/sip';
import { loopHash, loopHashOf } from './loop-hash.ts';
import { type Refusal, refusal } from './refusal.ts';

/** What a proxy knows when it looks at a request for the first time. */
export interface ValidateOptions {
  /** Whether a Via with this host and port is one this server wrote. */
  readonly isOurVia: (host: string, port: number | undefined) => boolean;
  /** Option tags this proxy understands, in lower case. */
  readonly supported?: ReadonlySet<string>;
  /** Most Via values a request may have; default 70. */
  readonly maxVias?: number;
}

const noExtensions: ReadonlySet<string> = new Set();

/**
 * The checks of a request before anything else is done with it.
 * @param request parsed with check depth `routing`, so that Via, From, To, Call-ID, CSeq and Max-Forwards are well formed
 * @returns undefined where it may be processed
 * @see RFC 3261 §16.3, RFC 5393 §4.2.2
 */
export function validateRequest(request: SipRequest, options: ValidateOptions): Refusal | undefined {
  const { scheme } = request.uri;
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') {
    return refusal(
      'unsupported-uri-scheme',
      416,
      `Request-URI: expected scheme sip, sips or tel, found ${scheme}`,
      'Address the request to a sip: or sips: URI.',
    );
  }
  if (request.maxForwards === 0) {
    return refusal(
      'too-many-hops',
      483,
      'Max-Forwards: expected at least 1 to forward the request, found 0',
      'Look for a routing loop in front of this server, or send the request with Max-Forwards: 70.',
    );
  }
  return checkLoop(request, options) ?? checkProxyRequire(request, options.supported ?? noExtensions);
}

function checkLoop(request: SipRequest, options: ValidateOptions): Refusal | undefined {
  const { vias } = request;
  const maxVias = options.maxVias ?? 70;
  if (vias.length > maxVias) {
    return refusal(
      'too-many-hops',
      483,
      `Via: expected at most ${maxVias} values, found ${vias.length}`,
      'Look for a routing loop in front of this server.',
    );
  }
  let hash: string | undefined;
  for (const via of vias) {
    if (!options.isOurVia(via.host, via.port)) continue;
    hash ??= loopHash(request);
    if (loopHashOf(via.branch) !== hash) continue;
    return refusal(
      'loop-detected',
      482,
      'Via: expected a request that has not been here in this form, found our own entry with the same routing value',
      'Correct the route that sends the request back to this server.',
    );
  }
  return undefined;
}

function checkProxyRequire(request: SipRequest, supported: ReadonlySet<string>): Refusal | undefined {
  if (!request.has('Proxy-Require')) return undefined;
  const unsupported = request.proxyRequires.filter((tag) => !supported.has(tag.toLowerCase()));
  if (unsupported.length === 0) return undefined;
  return refusal(
    'extension-not-supported',
    420,
    `Proxy-Require: expected extensions this proxy supports, found ${unsupported.join(', ')}`,
    'Send the request without these option tags.',
    [['Unsupported', unsupported.join(', ')]],
  );
}
