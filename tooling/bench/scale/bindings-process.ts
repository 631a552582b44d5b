import type { FrontEnd } from '@entente/front-end';
import { createResponse, parseMessage, type SipRequest, Via } from '@entente/sip';
import { forwardResponse, type Target } from '@entente/sip-proxy';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { newSealing, server, start } from '../../../packages/front-end/test/front-end-on-paper.ts';
import { obey } from '../process/obey.ts';
import { threadMs } from '../process/processor-time.ts';

/** How much a request costs with so many bindings. */
export interface BindingsOrder {
  /** Ascending. */
  readonly counts: readonly number[];
  readonly sampleMs: number;
}

/** Processor time of a request with so many bindings, microseconds. */
export interface BindingsSample {
  readonly bindings: number;
  readonly message: number;
  readonly register: number;
}

/** A front end in this process, without sockets: what a request costs with more and more users registered. */
obey(measure);

const fqdn = 'fe1.contoso.example';
const other = 'fe2.contoso.example';
const samplesOfEach = 5;

const known = sampleTopology({
  servers: [sampleFrontEnd, { ...sampleFrontEnd, fqdn: other }, sampleEdge],
});
/** Everybody is at home here: where users are listed is measured elsewhere. */
const topology = { ...known, homeServer: () => known.servers.get(fqdn) };

const origin = server(other);

let lastId = 0;

const user = (number: number): string => `sip:user${number}@contoso.example`;

/** As it comes from the socket: what is read of it is read again each time. */
function received(request: SipRequest): SipRequest {
  const parsed = parseMessage(Buffer.from(request.wire, 'latin1'), { check: 'routing' });
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the bench wrote no request');
  return parsed.message;
}

async function pass(frontEnd: FrontEnd, request: SipRequest): Promise<void> {
  const sender = frontEnd.admit(request, origin);
  if ('reason' in sender) throw new Error(sender.message);
  const decided = frontEnd.decide(request, sender);
  const decision = decided instanceof Promise ? await decided : decided;
  if (decision.kind === 'refuse') throw new Error(decision.refusal.message);
  if (decision.kind === 'serve') return;
  const [target] = decision.targets[0] as readonly [Target];
  const via = Via.from({ transport: 'TLS', host: fqdn, branch: `z9hG4bK${++lastId}` });
  const sent = decision.rules.build(target, via);
  if ('reason' in sent) throw new Error(sent.message);
  const response = createResponse(sent, 200, undefined, { toTag: 'far' });
  if (forwardResponse(decision.rules.arrived?.(response, target) ?? response, request) === undefined)
    throw new Error('no answer');
}

const register = (number: number, cseq: number): SipRequest =>
  requestBetween(user(number), user(number), {
    method: 'REGISTER',
    uri: 'sip:contoso.example',
    callId: `register${number}`,
    cseq,
    contact: `<sip:user${number}@client.invalid>`,
    headers: {
      Path: '<sip:token@fe2.contoso.example;transport=tls;lr;ob>',
      'P-Asserted-Identity': `<${user(number)}>`,
    },
  });

const message = (from: number, to: number): SipRequest =>
  requestBetween(user(from), user(to), {
    method: 'MESSAGE',
    via: `SIP/2.0/TLS ${other};branch=z9hG4bK${++lastId}`,
    headers: { 'P-Asserted-Identity': `<${user(from)}>` },
  });

async function measure({ counts, sampleMs }: BindingsOrder): Promise<readonly BindingsSample[]> {
  const { frontEnd } = start(fqdn, newSealing(), undefined, undefined, () => topology);
  const samples: BindingsSample[] = [];
  let registered = 0;
  let cseq = 1;
  for (const bindings of counts) {
    for (; registered < bindings; registered += 1) await pass(frontEnd, received(register(registered, cseq)));
    const random = (): number => Math.floor(Math.random() * bindings);
    samples.push({
      bindings,
      message: await leastMicros(frontEnd, sampleMs, () => message(random(), random())),
      register: await leastMicros(frontEnd, sampleMs, () => {
        cseq += 1;
        return register(random(), cseq);
      }),
    });
  }
  return samples;
}

/** Processor time of one request: that of the best of several samples, which other work on the machine has disturbed least. */
async function leastMicros(frontEnd: FrontEnd, sampleMs: number, next: () => SipRequest): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < samplesOfEach; sample += 1) {
    // Written before, so that only what a server does is measured; each is for another user.
    const texts = Array.from({ length: 2_000 }, next);
    let runs = 0;
    let micros = 0;
    while (micros < sampleMs * 1_000) {
      const requests = texts.map(received);
      const before = threadMs();
      for (const request of requests) await pass(frontEnd, request);
      micros += (threadMs() - before) * 1_000;
      runs += requests.length;
      if (requests[0]?.method === 'REGISTER') texts.splice(0, texts.length, ...texts.map(next));
    }
    least = Math.min(least, micros / runs);
  }
  return least;
}
