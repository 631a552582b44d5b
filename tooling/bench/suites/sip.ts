import { createRequire } from 'node:module';
import { edit, parseMessage, type SipRequest, SipUri, StreamFramer } from '@entente/sip';
import { type BenchResult, type BenchSuite, measured } from '../suite.ts';
import { peers } from './sip/peers.ts';
import { retainedBytes } from './sip/retained.ts';
import { sampleInvite } from './sip/sample.ts';
import { perSecond } from './sip/timing.ts';
import { worstInputs } from './sip/worst.ts';

const require = createRequire(import.meta.url);

/** Parsing beside the peers of npm, a proxy's edit, memory, and time against size for the worst inputs. */
export const suite: BenchSuite = {
  name: 'sip',
  run({ seconds, short, log }) {
    const bytes = Buffer.from(sampleInvite(), 'latin1');
    const { parseSip, parseJsSip, parseSipJs } = peers(require, bytes);
    const slice = Math.max(seconds / 8, 0.1);
    log(`sip: an INVITE of ${bytes.length} bytes, best of slices, ${slice.toFixed(2)} s a figure`);
    // The peer before and after ours, and the better of the two counts: the machine may be busy with one of them.
    const before = perSecond(parseSip, slice);
    const routing = perSecond(() => readRouting(bytes), slice);
    const every = perSecond(() => readEvery(bytes), slice);
    const checked = perSecond(() => parseMessage(bytes), slice);
    const sip = { what: 'npm sip, the same message', value: Math.max(before, perSecond(parseSip, slice)) };
    const results: BenchResult[] = [
      measured('parse to routing depth', routing, '/s', { against: sip, aim: { ratioAtLeast: 4 } }),
      measured('parse with every header', every, '/s', { against: sip, aim: { ratioAtLeast: 2 } }),
      measured('parse with the default checks', checked, '/s', { against: sip }),
    ];
    for (const [what, run] of [
      ['JsSIP', parseJsSip],
      ['SIP.js', parseSipJs],
    ] as const) {
      const value = perSecond(run, slice);
      results.push(
        measured(`parse to routing depth beside ${what}`, routing, '/s', { against: { what, value } }),
      );
    }
    results.push(
      measured('proxy edit and serialise', proxyEdits(bytes, slice), '/s', { aim: { atLeast: 1_000_000 } }),
    );
    results.push(measured('messages out of a stream', framed(bytes, slice), '/s'));
    results.push(
      measured(
        'retained a message to routing depth',
        retainedBytes(() => readRouting(bytes)),
        'bytes',
      ),
    );
    for (const { what, exponent } of worstInputs(short)) {
      results.push(measured(`time against size, ${what}`, exponent, 'exponent', { aim: { atMost: 1.1 } }));
    }
    return { results, invalid: [] };
  },
};

const routingDepth = { check: 'routing' } as const;

/** Start line, top Via, To, From, Call-ID, CSeq, Max-Forwards, Route, Content-Length. */
function readRouting(bytes: Uint8Array): SipRequest {
  const request = parsed(bytes);
  const { method, uriText, topVia, to, from, callId, cseq, maxForwards, routes, contentLength } = request;
  const complete = method && uriText && topVia.branch && to.uriText && from.tag && callId && cseq.sequence;
  if (!complete || maxForwards !== 70 || routes.length !== 1 || contentLength === 0)
    throw new Error('misread');
  return request;
}

function readEvery(bytes: Uint8Array): void {
  const request = readRouting(bytes);
  const { vias, contacts, allow, supported, contentType } = request;
  const complete = vias.length + contacts.length === 2 && allow.length === 5 && supported.length === 3;
  if (!complete || contentType === undefined || request.get('User-Agent') === undefined)
    throw new Error('misread');
  if (request.uri.kind !== 'sip' || request.to.uri.kind !== 'sip' || request.from.uri.kind !== 'sip') {
    throw new Error('misread');
  }
}

function parsed(bytes: Uint8Array): SipRequest {
  const result = parseMessage(bytes, routingDepth);
  if (!result.ok || result.message.kind !== 'request') throw new Error('the sample was refused');
  return result.message;
}

/** What a proxy changes: Request-URI, Via, Max-Forwards, Route and Record-Route. */
function proxyEdits(bytes: Uint8Array, seconds: number): number {
  const request = parsed(bytes);
  const target = SipUri.from({ user: 'bob', host: '192.0.2.4', port: 5061 });
  let branch = 0;
  return perSecond(() => {
    const wire = edit(request)
      .setUri(target)
      .prepend('Via', `SIP/2.0/TLS fe1.contoso.example;branch=z9hG4bK${branch++}`)
      .set('Max-Forwards', 69)
      .removeFirstValue('Route')
      .prepend('Record-Route', '<sip:pool1.contoso.example;lr>')
      .toWire();
    if (wire.length < bytes.length) throw new Error('an edit lost bytes');
  }, seconds);
}

/** Ten messages a chunk, as a busy connection delivers them. */
function framed(bytes: Uint8Array, seconds: number): number {
  const chunk = Buffer.concat(Array.from({ length: 10 }, () => bytes));
  let count = 0;
  const sink = {
    message: () => {
      count++;
    },
    error: (fault: { message: string }) => {
      throw new Error(fault.message);
    },
  };
  const framer = new StreamFramer(routingDepth);
  const chunks = perSecond(() => framer.push(chunk, sink), seconds);
  if (count === 0) throw new Error('the framer gave nothing');
  return chunks * 10;
}
