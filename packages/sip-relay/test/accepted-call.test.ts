import { once } from 'node:events';
import {
  createCancel,
  createRequest,
  createResponse,
  edit,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import {
  type EndpointUser,
  type NextHop,
  type ServerTransaction,
  type SipConnection,
  SipEndpoint,
} from '@entente/sip-endpoint';
import { memoryTransport } from '@entente/sip-endpoint/testing';
import { forwardRequest, refusal, type Target } from '@entente/sip-proxy';
import { afterEach, describe, expect, it } from 'vitest';
import { FlowNames } from '../src/flow-tokens.ts';
import { Relay } from '../src/relay/relay.ts';
import type { LaterAnswers, RelayRules } from '../src/relay/relay-rules.ts';

const link = { row: 0, name: 'a test' };
const hop: NextHop = { name: 'proxy.contoso.example', address: '192.0.2.1', port: 5061, link };
const clear = refusal('media-not-encrypted', 488, 'expected SRTP', 'Turn it on.');
const recorded = '<sip:proxy.contoso.example;lr>';
const noUser: EndpointUser = { onRequest() {}, onAck() {} };
let tokens = 0;

/** A caller, a proxy that relays to one device, or several at its place, and that device; requests that the device gets are written down. */
async function calling(later: (rules: RelayRules) => RelayRules = (rules) => rules, targets = 1) {
  const network = memoryTransport();
  const endpointOf = (host: string, user: EndpointUser) =>
    new SipEndpoint({ sentBy: { host }, newToken: () => `t${++tokens}`, user, dial: network.dial });
  const flows = new FlowNames();
  const connections: SipConnection[] = [];
  const target = (): Target => ({
    uri: 'sip:bob@device.invalid',
    flow: flows.of(connections[0]!),
    routes: [],
    instance: undefined,
  });
  const proxy = endpointOf('proxy.contoso.example', {
    ...noUser,
    onConnection: (connection) => connections.push(connection),
    onRequest(transaction) {
      const { request } = transaction;
      const rules: RelayRules = {
        nextHop: () => ({ status: 504 }),
        build: ({ uri }, via) => forwardRequest(request, { via, uri, recordRoute: recorded }),
        refuses: (response) => (response.has('Content-Type') ? clear : undefined),
      };
      relay.relay(transaction, [Array.from({ length: targets }, target)], later(rules));
    },
  });
  const relay = new Relay({ endpoint: proxy, flows });
  network.listen(hop, (socket) => proxy.accept(socket, link));
  const got: SipRequest[] = [];
  let heard = (): void => {};
  const ringing: ServerTransaction[] = [];
  const take = (request: SipRequest): void => {
    got.push(request);
    heard();
  };
  const device = endpointOf('device.invalid', {
    ...noUser,
    onAck: take,
    onRequest(transaction) {
      if (transaction.request.method === 'INVITE') ringing.push(transaction);
      else transaction.respond(createResponse(transaction.request, 200));
      take(transaction.request);
    },
  });
  const caller = endpointOf('caller.invalid', noUser);
  await device.reach(hop);
  const line = await caller.reach(hop);
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere())
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
  };
  const further: SipResponse[] = [];
  const invite = createRequest({
    method: 'INVITE',
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=a',
    to: '<sip:bob@contoso.example>',
    callId: `c${++tokens}`,
    cseq: 1,
  });
  return {
    network,
    proxy,
    caller,
    line,
    got,
    further,
    until,
    /** Methods that the device got. */
    methods: () => got.map(({ method }) => method),
    call() {
      return caller.ask(invite, line, {
        onFurtherSuccess(response) {
          further.push(response);
          heard();
        },
      });
    },
    /** The device, or another one behind it, accepts; with `wayBack` it writes another branch below the topmost Via. */
    async accept(tag: string, body?: string, wayBack?: string): Promise<void> {
      await until(() => ringing.length > 0);
      const [transaction] = ringing as [ServerTransaction];
      const session = body === undefined ? {} : { contentType: 'application/sdp', body };
      const contact = `<sip:${tag}@device.invalid>`;
      const accepted = createResponse(transaction.request, 200, undefined, {
        toTag: tag,
        contact,
        ...session,
      });
      if (wayBack === undefined) return void transaction.respond(accepted);
      const [top, next] = accepted.vias as [Via, Via];
      const editor = edit(accepted).set('Via', top).append('Via', next.withParameter('branch', wayBack));
      transaction.respond(editor.toMessage());
    },
    /** One of the targets does not accept. */
    async decline(which: number): Promise<void> {
      await until(() => ringing.length > which);
      const transaction = ringing[which] as ServerTransaction;
      transaction.respond(createResponse(transaction.request, 486, undefined, { toTag: 'busy' }));
    },
    async [Symbol.asyncDispose]() {
      for (const endpoint of [caller, device, proxy]) await endpoint[Symbol.asyncDispose]();
    },
  };
}

describe('a call that was accepted (RFC 3261 §16.7 step 5, RFC 6026 §7)', () => {
  let call: Awaited<ReturnType<typeof calling>>;
  afterEach(() => call[Symbol.asyncDispose]());

  it('keeps nothing but a record: no transaction is under way, and its room is given back', async () => {
    call = await calling();
    const answer = call.call();
    await call.accept('first');
    expect((await answer).status).toBe(200);
    expect([call.proxy.accepted.size, call.proxy.transactions]).toEqual([2, 2]);
    const [, line] = [...call.proxy.connections];
    expect(line?.ledger.transactions).toBe(0);
    expect(line?.ledger.bytes).toBeGreaterThan(0);
  });

  it('passes on no 2xx that would go back to another request of the caller', async () => {
    call = await calling();
    const answer = call.call();
    await call.accept('first');
    await answer;
    const before = call.proxy.counts.answers[2] ?? 0;
    await call.accept('forged', undefined, 'z9hG4bKanother');
    await call.accept('second');
    await call.until(() => call.further.length === 1);
    expect(call.further.map(({ to }) => to.tag)).toEqual(['second']);
    expect(call.proxy.counts.answers[2]).toBe(before + 1);
  });

  it('passes on each 2xx that comes behind the first, of another device and of the same', async () => {
    for (const later of [(rules: RelayRules) => rules, withLater]) {
      call = await calling(later);
      const answer = call.call();
      await call.accept('first');
      const { topVia } = await answer;
      await call.accept('second');
      await call.accept('first');
      await call.until(() => call.further.length === 2);
      expect(call.further.map(({ to }) => to.tag)).toEqual(['second', 'first']);
      for (const response of call.further) {
        expect(response.vias.map(String)).toEqual([String(topVia)]);
        expect(response.all('Record-Route')).toEqual([recorded]);
      }
      if (later !== withLater) await call[Symbol.asyncDispose]();
    }
  });

  it('ends the call of a further device whose answer a rule refuses: one ACK for each 2xx, and one BYE', async () => {
    call = await calling(withLater);
    const answer = call.call();
    await call.accept('first');
    await answer;
    await call.accept('clear', 'v=0\r\n');
    await call.accept('clear', 'v=0\r\n');
    await call.until(() => call.got.length === 4);
    expect(call.methods()).toEqual(['INVITE', 'ACK', 'BYE', 'ACK']);
    const [invite, ack, bye] = call.got as [SipRequest, SipRequest, SipRequest];
    for (const message of [ack, bye]) {
      expect([message.uriText, message.to.tag, message.from.tag]).toEqual([
        'sip:clear@device.invalid',
        'clear',
        'a',
      ]);
      expect(message.callId).toBe(invite.callId);
      expect(message.has('Route'), 'nobody but us has recorded a route').toBe(false);
    }
    expect([ack.cseq.sequence, bye.cseq.sequence]).toEqual([1, 2]);
    expect(call.further).toEqual([]);
  });

  it('lets a call go on whose device repeats its answer after that of another one was refused', async () => {
    for (const later of [(rules: RelayRules) => rules, withLater]) {
      for (const targets of [1, 2]) {
        call = await calling(later, targets);
        const answer = call.call();
        await call.accept('first');
        await answer;
        await call.accept('clear', 'v=0\r\n');
        await call.until(() => call.got.some(({ method }) => method === 'BYE'));
        await call.accept('first');
        await call.until(() => call.further.length === 1);
        await call.accept('another');
        await call.until(() => call.got.filter(({ method }) => method === 'BYE').length === 2);
        const ended = call.got.filter(({ method }) => method === 'BYE').map(({ to }) => to.tag);
        expect([ended, call.further.map(({ to }) => to.tag)]).toEqual([['clear', 'another'], ['first']]);
        await call[Symbol.asyncDispose]();
      }
    }
    call = await calling();
  });

  it('ends the call of a further device whose answer has another way back, and that of none that has passed', async () => {
    call = await calling();
    const answer = call.call();
    await call.accept('first');
    await answer;
    await call.accept('first', undefined, 'z9hG4bKanother');
    await call.accept('forged', undefined, 'z9hG4bKanother');
    await call.until(() => call.got.some(({ method }) => method === 'BYE'));
    const ends = call.got.slice(1).map(({ method, to }) => `${method} ${to.tag}`);
    expect([ends, call.further]).toEqual([['ACK forged', 'BYE forged'], []]);
  });

  it('ends the call of a further device by the same way where another target was asked until after the first has accepted', async () => {
    for (const later of [(rules: RelayRules) => rules, withLater]) {
      call = await calling(later, 2);
      const answer = call.call();
      await call.accept('first');
      await answer;
      await call.decline(1);
      await call.accept('clear', 'v=0\r\n');
      const ends = () => call.got.filter(({ to }) => to.tag === 'clear');
      await call.until(() => ends().length === 2);
      expect(call.proxy.accepted.size, 'it is kept as a record').toBe(2);
      expect(ends().map(({ method, uriText }) => `${method} ${uriText}`)).toEqual([
        'ACK sip:clear@device.invalid',
        'BYE sip:clear@device.invalid',
      ]);
      for (const message of ends())
        expect(message.has('Route'), 'nobody but us has recorded a route').toBe(false);
      if (later !== withLater) await call[Symbol.asyncDispose]();
    }
  });

  it('absorbs a copy of the INVITE, and answers a CANCEL that comes late with 200', async () => {
    call = await calling();
    const sent: SipRequest[] = [];
    const { line } = call;
    const send = line.send.bind(line);
    line.send = (message, sender) => {
      if (message.kind === 'request') sent.push(message);
      return send(message, sender);
    };
    const answer = call.call();
    await call.accept('first');
    await answer;
    const [invite] = sent as [SipRequest];
    send(invite);
    const cancelled = new Promise<number>((resolve) => {
      call.caller.forward(createCancel(invite), line, {
        onResponse: ({ status }) => resolve(status),
        onEnd() {},
      });
    });
    expect(await cancelled).toBe(200);
    expect(call.methods()).toEqual(['INVITE']);
    const other = createCancel(edit(invite).replaceFirstValue('Via', call.caller.via(line)).toMessage());
    const unknown = new Promise<number>((resolve) => {
      call.caller.forward(other, line, { onResponse: ({ status }) => resolve(status), onEnd() {} });
    });
    expect(await unknown).toBe(481);
  });

  it('ends with the connection of either side', async () => {
    for (const side of [0, 1]) {
      call = await calling();
      const answer = call.call();
      await call.accept('first');
      await answer;
      const connections = [...call.proxy.connections];
      const closed = once(connections[side]!.socket, 'close');
      connections[side]!.close();
      await closed;
      expect([call.proxy.accepted.size, call.proxy.transactions]).toEqual([0, 0]);
      for (const { ledger, transactions } of connections)
        expect([ledger.bytes, transactions.size]).toEqual([0, 0]);
      if (side === 0) await call[Symbol.asyncDispose]();
    }
  });
});

/** Rules that say what later answers go through without the request. */
function withLater(rules: RelayRules): RelayRules {
  const later: LaterAnswers = {
    keptBytes: 0,
    refuses: (response) => (response.has('Content-Type') ? clear : undefined),
  };
  return { ...rules, laterAnswers: () => later };
}
