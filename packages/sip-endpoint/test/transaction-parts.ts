import {
  defaultTimings,
  type PlainRequest,
  parseMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from '@entente/sip';
import { links } from '@entente/topology';
import { MessageBudget } from '../src/budget/message-budget.ts';
import type { SipConnection } from '../src/connection/connection.ts';
import { UnorderedList } from '../src/connection/unordered-list.ts';
import { TransactionLayer } from '../src/transaction/transaction-layer.ts';
import type { TransactionUser } from '../src/transaction/transaction-layer-options.ts';

let lastId = 0;

export const budget = new MessageBudget();

export function fakeConnection(
  server?: string,
  { address = '192.0.2.1', link = links.clientToFrontEnd, isFull = false, openedByUs = false } = {},
) {
  const sent: (SipRequest | SipResponse)[] = [];
  const refused: number[] = [];
  const dialogs = { begun: 0, sent: 0 };
  const connection = {
    id: ++lastId,
    server,
    openedByUs,
    link,
    source: { address, port: 40_000 + lastId },
    isFull,
    asksInVain: () => false,
    ledger: budget.open(server === undefined ? 'unknown' : 'server', address, server),
    transactions: new UnorderedList(),
    send: (message: SipRequest | SipResponse) => sent.push(message) > 0,
    pass: (message: SipResponse) => void sent.push(message),
    refusedAtOnce: () => void refused.push(sent.length),
    beganCall: () => void dialogs.begun++,
    sentInDialog: () => void dialogs.sent++,
    ask() {},
    answered() {},
  } as unknown as SipConnection;
  const statuses = () => sent.map((message) => (message.kind === 'response' ? message.status : 0));
  return { connection, statuses, sent, refused, dialogs };
}

export function request(method: string, branch: string, more = '', body = '', toTag = ''): SipRequest {
  const parsed = parseMessage(
    Buffer.from(
      `${method} sip:bob@contoso.example SIP/2.0\r\nVia: SIP/2.0/TLS client.invalid;branch=z9hG4bK${branch}\r\n` +
        `Max-Forwards: 70\r\nFrom: <sip:alice@contoso.example>;tag=1\r\nTo: <sip:bob@contoso.example>${toTag}\r\n` +
        `Call-ID: ${branch}\r\nCSeq: 1 ${method}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`,
    ),
    { check: 'routing' },
  );
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the test wrote no request');
  return parsed.message;
}

/** The same as a framer shows it before it is read. */
export function atAGlance(method: string, branch: string, more = ''): PlainRequest {
  const seen: PlainRequest[] = [];
  const glance = (found: PlainRequest) => seen.push(found) > 0;
  new StreamFramer().push(request(method, branch, more).toBytes(), {
    glances: true,
    glance,
    message() {},
    error() {},
  });
  const [found] = seen;
  if (found === undefined) throw new Error('the test wrote no plain request');
  return found;
}

export function layerOf(user: Partial<TransactionUser>, limits = {}) {
  return new TransactionLayer({
    user: { onRequest() {}, onAck() {}, ...user },
    timings: { ...defaultTimings, tryingAfterMs: Number.POSITIVE_INFINITY },
    newTag: () => 'ours',
    ...limits,
  });
}

export const badRoute = 'Route: <<>\r\n';
