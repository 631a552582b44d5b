import type { SipProblem, SipRequest } from '@entente/sip';
import { incomingBreadth } from './breadth.ts';
import { loopHash, loopHashOf } from './loop-hash.ts';
import { type RequestRefusal, refusal } from './refusal.ts';

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
 * The checks of a request before anything else is done with it. After them nothing in this package meets a header field
 * it cannot read.
 * @param request - parsed with check depth `routing`, so that Via, From, To, Call-ID, CSeq and Max-Forwards are well formed
 * @returns undefined where it may be processed
 * @see RFC 3261 §16.3, RFC 5393 §4.2.2, §5.3.3
 */
export function validateRequest(request: SipRequest, options: ValidateOptions): RequestRefusal | undefined {
  const problem = unreadable(request);
  if (problem !== undefined) {
    return refusal(
      'malformed-request',
      400,
      problem.message,
      'Correct the header field in the client or server that wrote it.',
    );
  }
  const { scheme } = request.uri;
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') {
    return refusal(
      'unsupported-uri-scheme',
      416,
      `Request-URI: expected scheme sip, sips or tel, found ${scheme}`,
      'Address the request to a sip:, sips: or tel: URI; an emergency number is dialled as a number, e.g. 112 at our domain.',
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
  if (incomingBreadth(request) === 0) {
    return refusal(
      'breadth-exceeded',
      440,
      'Max-Breadth: expected at least 1 to forward the request, found 0',
      'Send the request with Max-Breadth: 60, or look for what forks it so often.',
    );
  }
  return checkLoop(request, options) ?? checkProxyRequire(request, options.supported ?? noExtensions);
}

/** CSeq numbers of requests that begin something are below it (RFC 3261 §8.1.1.5): in a dialog they count up from there. */
const endOfFirstNumbers = 2 ** 31;

const addressFields = ['Route', 'P-Asserted-Identity', 'P-Preferred-Identity'];

/** Reads the fields that a proxy, and for REGISTER a registrar, works with; a malformed one is the peer's, not a fault. */
function unreadable(request: SipRequest): Pick<SipProblem, 'message'> | undefined {
  try {
    void request.uri.scheme;
    void request.from.uri;
    void request.vias;
    void request.maxForwards;
    const { sequence } = request.cseq;
    if (sequence >= endOfFirstNumbers && request.to.tag === undefined) return tooHigh(sequence);
    if (request.has('Proxy-Require')) void request.proxyRequires;
    for (const name of addressFields) readAddresses(request, name);
    if (request.method === 'REGISTER') {
      void request.to.uri;
      readAddresses(request, 'Path');
      if (!request.isContactWildcard) readAddresses(request, 'Contact');
      void request.expires;
      void request.supported;
    }
    return undefined;
  } catch (error) {
    const { code, problem } = error as { readonly code?: string; readonly problem?: SipProblem };
    if (code === 'SIP_MALFORMED_HEADER' && problem !== undefined) return problem;
    throw error;
  }
}

function tooHigh(sequence: number): Pick<SipProblem, 'message'> {
  return { message: `CSeq: expected a number below 2^31, found ${sequence}` };
}

function readAddresses(request: SipRequest, name: string): void {
  if (!request.has(name)) return;
  for (const address of request.addressesOf(name)) void address.uri;
}

function checkLoop(request: SipRequest, options: ValidateOptions): RequestRefusal | undefined {
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

function checkProxyRequire(request: SipRequest, supported: ReadonlySet<string>): RequestRefusal | undefined {
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
