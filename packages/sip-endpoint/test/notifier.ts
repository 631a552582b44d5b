import { createRequest, createResponse, type SipRequest, type SipResponse } from '@entente/sip';
import {
  type AgentSubscribeOptions,
  createTokenSource,
  type ServerTransaction,
  SipEndpoint,
  UserAgent,
} from '@entente/sip-endpoint';
import { memoryTransport } from '@entente/sip-endpoint/testing';
import { StepClock } from '@entente/testkit';

const link = { row: 0, name: 'a test' };
const place = { host: 'sip.contoso.example', address: '192.0.2.1', port: 5061 };
/** Whose presence is subscribed to. */
export const bob = 'sip:bob@contoso.example';
/** State of a subscription that goes on. */
export const active = 'active;expires=600';

interface Notifier {
  /** Answers a SUBSCRIBE; default 200 at once. */
  onSubscribe: (transaction: ServerTransaction, number: number) => void;
}

/** A server that is the notifier of bob's presence, and a user agent of alice that has connected to it. */
export async function startNotifier(notifier: Partial<Notifier> = {}) {
  const network = memoryTransport();
  const newToken = createTokenSource();
  const clock = new StepClock(1_000_000);
  const subscribes: SipRequest[] = [];
  const accept = (transaction: ServerTransaction, more: Readonly<Record<string, string>> = {}, tag = 'far') =>
    void transaction.respond(
      createResponse(transaction.request, 200, undefined, {
        toTag: transaction.request.to.tag ?? tag,
        contact: '<sip:bob@192.0.2.7;transport=tls>',
        headers: { Expires: transaction.request.expires ?? 600, ...more },
      }),
    );
  const { onSubscribe = (transaction: ServerTransaction) => accept(transaction) } = notifier;
  const server = new SipEndpoint({
    sentBy: { host: place.host },
    newToken,
    dial: network.dial,
    user: {
      onAck() {},
      onRequest(transaction) {
        if (transaction.request.method === 'REGISTER') {
          const Contact = `${transaction.request.contacts[0]};expires=600`;
          transaction.respond(createResponse(transaction.request, 200, undefined, { headers: { Contact } }));
          return;
        }
        subscribes.push(transaction.request);
        onSubscribe(transaction, subscribes.length);
      },
    },
  });
  network.listen(place, (socket) => void server.accept(socket, link));
  const agent = new UserAgent({
    addressOfRecord: 'sip:alice@contoso.example',
    credentials: { secret: { username: 'alice', password: 'secret' } },
    server: { name: 'contoso.example', address: '', port: 0, link },
    locate: async () => [place],
    dial: network.dial,
    newToken,
    events: {},
    clock,
    random: () => 0,
  });
  await agent.connect();
  const bodies: string[] = [];
  let cseq = 0;
  /** A NOTIFY in the dialog of a SUBSCRIBE. @returns what the user agent answers */
  const notify = async (
    { callId, from }: SipRequest,
    state: string,
    {
      body = '',
      event = 'presence',
      tag = 'far',
      to = from.tag,
      ...headers
    }: { body?: string; event?: string; tag?: string; to?: string; 'Record-Route'?: string } = {},
  ): Promise<SipResponse> => {
    const [connection] = server.connections;
    if (connection === undefined) throw new Error('nobody has connected');
    const request = createRequest({
      method: 'NOTIFY',
      uri: 'sip:alice@client.invalid',
      from: `<${bob}>;tag=${tag}`,
      to: `<sip:alice@contoso.example>;tag=${to}`,
      callId,
      cseq: ++cseq,
      contact: '<sip:bob@192.0.2.8;transport=tls>',
      headers: { Event: event, 'Subscription-State': state, ...headers },
      contentType: 'text/plain',
      body,
    });
    return server.ask(request, connection);
  };
  const options: AgentSubscribeOptions = {
    expiresSeconds: 600,
    onNotify: ({ bodyText }) => void bodies.push(bodyText),
  };
  return {
    accept,
    agent,
    bodies,
    clock,
    notify,
    subscribes,
    /** Alice subscribes, and it is accepted. */
    async subscribed() {
      const outcome = await agent.subscribe(bob, 'presence', options);
      if (!outcome.ok) throw new Error(`${outcome.response.status}`);
      return outcome.subscription;
    },
    options,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
