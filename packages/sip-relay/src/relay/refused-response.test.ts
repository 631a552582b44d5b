import {
  createRequest,
  createResponse,
  edit,
  parseMessage,
  type SipRequest,
  type SipResponse,
  Via,
} from '@entente/sip';
import type {
  ClientTransaction,
  ClientUser,
  NextHop,
  ServerTransaction,
  SipConnection,
  SipEndpoint,
} from '@entente/sip-endpoint';
import { refusal, type Target } from '@entente/sip-proxy';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { relayOfTest } from '../../test/relay-of-test.ts';

const hop: NextHop = {
  name: 'fabrikam.example',
  address: '192.0.2.2',
  port: 5061,
  link: { row: 0, name: 'a test' },
};
const target: Target = { uri: 'sip:bob@fabrikam.example', flow: undefined, routes: [], instance: undefined };
const refused = refusal('media-not-encrypted', 488, 'expected SRTP', 'Turn it on.', [
  ['Warning', '302 x "y"'],
]);

/** Relays a request; what goes to the next hop and what comes back is written down. */
function relaying(method: string, toTag?: string) {
  const request = createRequest({
    method,
    uri: target.uri,
    from: '<sip:alice@contoso.example>;tag=1',
    to: `<${target.uri}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    callId: 'c',
    cseq: 7,
    routes: toTag === undefined ? [] : ['<sip:edge.fabrikam.example;lr>'],
    via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1',
    headers: { 'Record-Route': '<sip:fe1.contoso.example;lr>' },
  });
  const sent: SipRequest[] = [];
  const answers: SipResponse[] = [];
  const told: string[] = [];
  const abandoned: string[] = [];
  const transactions: string[] = [];
  let user: ClientUser | undefined;
  let transaction: ClientTransaction | undefined;
  const connection = fakeConnection({ send: (message: SipRequest) => sent.push(message) });
  const endpoint = {
    newToken: () => 'token',
    newBranch: () => 'token',
    connected: () => connection,
    fault: (error: unknown) => told.push(String(error)),
    via: (_: SipConnection, branch = 'z9hG4bKown') =>
      Via.from({ transport: 'TLS', host: 'edge.contoso.example', branch }),
    forward(message: SipRequest, _: SipConnection, hears: ClientUser) {
      sent.push(message);
      transactions.push(message.method);
      const made = {
        request: message,
        context: { connection },
        abandon: () => abandoned.push(message.method),
      };
      if (message.method === method) {
        user = hears;
        transaction = made as unknown as ClientTransaction;
      }
      return made;
    },
  } as unknown as SipEndpoint;
  const relay = relayOfTest({
    endpoint,
    onRefused: (about, { reason }) => told.push(`${about.method} ${reason}`),
  });
  const server = {
    request,
    context: { connection: fakeConnection() },
    respond: (response: SipResponse) => answers.push(response) > 0,
  } as unknown as ServerTransaction;
  relay.relay(server, [[target]], {
    nextHop: () => hop,
    build: (_, via) =>
      edit(request).prepend('Via', via).prepend('Record-Route', '<sip:edge.contoso.example;lr>').toMessage(),
    refuses: (response) => (response.has('Content-Type') ? refused : undefined),
  });
  // The hop's own copy.
  const parsed = parseMessage((sent[0] as SipRequest).toBytes());
  if (!parsed.ok) throw new Error('what was sent cannot be read');
  const invite = parsed.message as SipRequest;
  return {
    abandoned,
    answers,
    told,
    /** Methods of what was sent in a transaction. */
    transactions,
    /** What went to the next hop after the request. */
    after: () => sent.slice(1),
    /** What is left of the request that went there. */
    kept: () => sent[0] as SipRequest,
    answer(status: number, tag: string, isInClear: boolean, contact = '<sip:bob@192.0.2.9>'): void {
      const response = createResponse(invite, status, undefined, {
        toTag: tag,
        ...(contact === '' ? {} : { contact }),
        ...(isInClear ? { contentType: 'application/sdp', body: 'v=0\r\n' } : {}),
      });
      const routed = edit(response).prepend('Record-Route', '<sip:sip.fabrikam.example;lr>').toMessage();
      user?.onResponse(routed, transaction as ClientTransaction);
    },
  };
}

describe('a response that must not go on', () => {
  afterEach(() => void vi.useRealTimers());

  it('to an INVITE ends the call: ACK and BYE for who has answered, the refusal for who called', () => {
    const { after, answer, answers, told } = relaying('INVITE');
    answer(200, 'far', true);
    const [ack, bye, ...more] = after();
    expect(more).toEqual([]);
    expect([ack?.method, ack?.cseq.sequence, bye?.method, bye?.cseq.sequence]).toEqual(['ACK', 7, 'BYE', 8]);
    for (const message of [ack, bye]) {
      expect(message?.uriText).toBe('sip:bob@192.0.2.9');
      expect(message?.to.tag).toBe('far');
      expect(message?.from.tag).toBe('1');
      // Only what lies behind us: neither our own entry nor the front end's.
      expect(message?.routes.map(String)).toEqual(['<sip:sip.fabrikam.example;lr>']);
      expect(message?.vias).toHaveLength(1);
    }
    expect(answers.map(({ status }) => status)).toEqual([488]);
    expect(answers[0]?.get('Warning')).toBe('302 x "y"');
    expect(answers[0]?.bodyLength).toBe(0);
    expect(told).toEqual(['INVITE media-not-encrypted']);
  });

  it('without a Contact that can be read is ended all the same', () => {
    for (const contact of ['', '<sip:a@@b>']) {
      const { after, answer } = relaying('INVITE');
      answer(200, 'far', true, contact);
      expect(after().map(({ method, uriText }) => [method, uriText])).toEqual([
        ['ACK', target.uri],
        ['BYE', target.uri],
      ]);
    }
  });

  it('that comes again gets its ACK again, and no second BYE', () => {
    const { after, answer, answers } = relaying('INVITE');
    answer(200, 'far', true);
    answer(200, 'far', true);
    expect(after().map(({ method }) => method)).toEqual(['ACK', 'BYE', 'ACK']);
    expect(answers).toHaveLength(1);
  });

  it('ends the call of a second device, though the first one’s goes on and the INVITE is kept no longer', () => {
    const { after, answer, answers, kept } = relaying('INVITE');
    answer(200, 'near', false);
    expect(kept().has('From')).toBe(false);
    answer(200, 'far', true);
    expect(answers.map(({ status }) => status)).toEqual([200]);
    const ended = after();
    expect(ended.map(({ method, cseq }) => [method, cseq.sequence])).toEqual([
      ['ACK', 7],
      ['BYE', 8],
    ]);
    for (const message of ended) {
      expect([message.to.tag, message.from.tag, message.uriText]).toEqual(['far', '1', 'sip:bob@192.0.2.9']);
      expect(message.routes.map(String)).toEqual(['<sip:sip.fabrikam.example;lr>']);
    }
  });

  it('ends the calls of at most eight devices behind one hop, however many answer', () => {
    const { after, answer } = relaying('INVITE');
    for (let device = 0; device < 50; device++) answer(200, `far${device}`, true);
    expect(after().filter(({ method }) => method === 'BYE')).toHaveLength(8);
  });

  it('leaves nothing behind that would wait for an answer of a hop that keeps silent', () => {
    const { answer, transactions } = relaying('INVITE');
    for (let device = 0; device < 8; device++) answer(200, `far${device}`, true);
    expect(transactions).toEqual(['INVITE']);
  });

  it('while it rings cancels the branch, and the caller hears the refusal when that has ended', () => {
    const { after, answer, answers } = relaying('INVITE');
    answer(180, 'far', false);
    answer(183, 'far', true);
    answer(183, 'far', false);
    expect(after().map(({ method }) => method)).toEqual(['CANCEL']);
    expect(answers.map(({ status }) => status)).toEqual([180]);
    answer(487, 'far', false);
    expect(answers.map(({ status }) => status)).toEqual([180, 488]);
  });

  it('while it rings ends an answer that crosses the CANCEL, whatever is in that', () => {
    const { after, answer, answers } = relaying('INVITE');
    answer(183, 'far', true);
    answer(200, 'far', false);
    expect(after().map(({ method }) => method)).toEqual(['CANCEL', 'ACK', 'BYE']);
    expect(answers.map(({ status }) => status)).toEqual([488]);
  });

  it('while it rings is waited for no longer than a CANCEL may take', () => {
    vi.useFakeTimers();
    const { abandoned, answer, answers } = relaying('INVITE');
    answer(183, 'far', true);
    vi.advanceTimersByTime(33_000);
    expect(abandoned).toEqual(['INVITE']);
    expect(answers.map(({ status }) => status)).toEqual([488]);
  });

  it('in a dialog ends it on both sides: ACK and BYE along its route, and 481 for who sent the re-INVITE', () => {
    const { after, answer, answers } = relaying('INVITE', 'far');
    answer(200, 'far', true);
    expect(after().map(({ method }) => method)).toEqual(['ACK', 'BYE']);
    for (const message of after())
      expect(message.routes.map(String)).toEqual(['<sip:edge.fabrikam.example;lr>']);
    expect(answers.map(({ status }) => status)).toEqual([481]);
  });

  it('to an UPDATE or PRACK makes its sender end the dialog', () => {
    for (const method of ['UPDATE', 'PRACK']) {
      const { after, answer, answers } = relaying(method, 'far');
      answer(200, 'far', true);
      expect(after()).toEqual([]);
      expect(answers.map(({ status }) => status)).toEqual([481]);
    }
  });

  it('is no other response: those go on unchanged', () => {
    const { after, answer, answers, told } = relaying('INVITE');
    answer(183, 'far', false);
    answer(200, 'far', false);
    expect(after()).toEqual([]);
    expect(answers.map(({ status }) => status)).toEqual([183, 200]);
    expect(told).toEqual([]);
  });
});
