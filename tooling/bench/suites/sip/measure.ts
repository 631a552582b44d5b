import { createRequire } from 'node:module';
import { edit, parseMessage, type SipRequest, SipUri, StreamFramer } from '@entente/sip';
import { heapGrowth } from '@entente/testkit/heap';
import { obey } from '../../process/obey.ts';
import { microsInTurns } from '../../turns.ts';
import { peers } from './peers.ts';
import { sampleInvite } from './sample.ts';
import { worstInputs } from './worst.ts';

/** What this script measures and prints. */
export interface Measured {
  readonly bytes: number;
  /** Runs a second. */
  readonly rates: Readonly<
    Record<'sip' | 'routing' | 'every' | 'checked' | 'edited' | 'framed' | 'JsSIP' | 'SIP.js', number>
  >;
  /** Bytes of heap a message keeps. */
  readonly retained: number;
}

/** How to measure growth, instead of that. */
export interface GrowthOrder {
  readonly short: boolean;
}

/** How long to measure each rate. */
export interface MeasureOrder {
  readonly seconds: number;
}

/** As a busy connection delivers them. */
const chunkMessages = 10;

const routingDepth = { check: 'routing' } as const;

/**
 * Start line, top Via with its host, port and branch, To and From with their URIs and tags, Call-ID, CSeq, Max-Forwards,
 * the Route and its URI, Content-Length. URIs as text, as npm `sip` gives them.
 */
function readRouting(bytes: Uint8Array): SipRequest {
  const request = parsed(bytes);
  const { method, uriText, topVia, to, from, callId, cseq, maxForwards, routes, contentLength } = request;
  const via = topVia.transport && topVia.host && topVia.port === 5061 && topVia.branch;
  const dialog = to.uriText && to.tag === undefined && from.uriText && from.tag && callId;
  const complete = method && uriText && via && dialog && cseq.sequence && cseq.method && routes[0]?.uriText;
  if (!complete || maxForwards !== 70 || contentLength !== 136) throw new Error('misread');
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
function proxyEdit(bytes: Uint8Array): () => void {
  const request = parsed(bytes);
  const target = SipUri.from({ user: 'bob', host: '192.0.2.4', port: 5061 });
  let branch = 0;
  return () => {
    const wire = edit(request)
      .setUri(target)
      .prepend('Via', `SIP/2.0/TLS fe1.contoso.example;branch=z9hG4bK${branch++}`)
      .set('Max-Forwards', 69)
      .removeFirstValue('Route')
      .prepend('Record-Route', '<sip:pool1.contoso.example;lr>')
      .toWire();
    if (wire.length < bytes.length) throw new Error('an edit lost bytes');
  };
}

/** Pushes a chunk of messages through a framer. */
function framing(bytes: Uint8Array): () => void {
  const chunk = Buffer.concat(Array.from({ length: chunkMessages }, () => bytes));
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
  return () => {
    const before = count;
    framer.push(chunk, sink);
    if (count !== before + chunkMessages) throw new Error('the framer lost a message');
  };
}

function measure({ seconds }: MeasureOrder): Measured {
  const bytes = Buffer.from(sampleInvite(), 'latin1');
  const { parseSip, parseJsSip, parseSipJs } = peers(createRequire(import.meta.url), bytes);
  // Turns so short that a busy machine leaves many of them alone, and the best one of each counts.
  const turns = { seconds, sliceMs: 0.5, warmSeconds: Math.min(seconds, 1), share: 0 };
  const micros = microsInTurns(
    {
      sip: parseSip,
      routing: () => readRouting(bytes),
      every: () => readEvery(bytes),
      checked: () => parseMessage(bytes),
      edited: proxyEdit(bytes),
      framed: framing(bytes),
    },
    turns,
  );
  const others = microsInTurns({ JsSIP: parseJsSip, 'SIP.js': parseSipJs }, turns);
  const rates = Object.entries({ ...micros, framed: micros.framed / chunkMessages, ...others }).map(
    ([name, one]) => [name, 1e6 / one] as const,
  );
  return {
    bytes: bytes.length,
    rates: Object.fromEntries(rates) as Measured['rates'],
    retained: retainedBytes(() => readRouting(bytes)),
  };
}

/** The heap that one result of a function keeps, in bytes, from ten thousand kept at once. */
function retainedBytes(make: () => unknown): number {
  const count = 10_000;
  const kept: unknown[] = new Array(count).fill(undefined);
  const bytes = heapGrowth(() => {
    for (let i = 0; i < count; i++) kept[i] = make();
  });
  if (kept.length !== count) throw new Error('nothing was kept');
  return bytes / count;
}

obey((order: MeasureOrder | GrowthOrder) => ('short' in order ? worstInputs(order.short) : measure(order)));
