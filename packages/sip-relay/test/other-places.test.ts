import tls from 'node:tls';
import { createResponse, type SipRequest } from '@entente/sip';
import {
  createTokenSource,
  type NextHop,
  type ServerTransaction,
  SipEndpoint,
  UserAgent,
} from '@entente/sip-endpoint';
import { forwardRequest } from '@entente/sip-proxy';
import { FlowNames, ProxyRuntime, type RequestOrigin } from '@entente/sip-relay';
import { createTestAuthority } from '@entente/testkit';
import { connect, loadCredential, openTrust, serve } from '@entente/tls';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';

const fqdn = 'access.contoso.example';
const domain = 'contoso.example';
const partner = 'fabrikam.example';

/** What a server of the partner does with a request. */
type Behaviour = 'accept' | 'unavailable' | 'hang up' | 'another name';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** A proxy that reaches a partner at several servers, in the order given; each writes down what it receives. */
async function start(behaviours: readonly Behaviour[]) {
  const root = await createTestAuthority('Test Root');
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls: { pem: await root.crl([]) } });
  opened.push(trust);
  const credential = async (...names: string[]) => {
    const own = await root.issue({ dnsNames: names, uris: names.map((name) => `sip:${name}`) });
    return loadCredential({ certificate: own.chainPem, key: own.keyPem });
  };
  const received: SipRequest[][] = behaviours.map(() => []);
  const places: { host: string; address: string; port: number }[] = [];
  for (const [i, behaviour] of behaviours.entries()) {
    const host = `edge${i}.${partner}`;
    const endpoint = new SipEndpoint({
      sentBy: { host },
      newToken: createTokenSource(),
      dial: () => Promise.reject(new Error('a server of the partner does not dial')),
      user: {
        onRequest(transaction: ServerTransaction, connection) {
          received[i]!.push(transaction.request);
          if (behaviour === 'hang up') connection.socket.destroy();
          else respond(transaction, behaviour === 'unavailable' ? 503 : 200);
        },
        onAck() {},
      },
    });
    opened.push(endpoint);
    const identity = await credential(behaviour === 'another name' ? host : partner);
    const server = await serve(
      tls,
      { trust, identity, host: '127.0.0.1', clientCertificate: 'none' },
      (socket) => void endpoint.accept(socket, links.federation),
    );
    opened.push({ [Symbol.asyncDispose]: () => server.close() });
    places.push({ host, address: '127.0.0.1', port: server.port });
  }
  const unreachable: string[] = [];
  const line = (_fields: object, text: string) => void unreachable.push(text);
  const hop: NextHop = { name: partner, address: '', port: 0, link: links.federation };
  const runtime = new ProxyRuntime<RequestOrigin>({
    sentBy: { host: fqdn, port: 5061 },
    flows: new FlowNames(),
    newToken: createTokenSource(),
    isOurVia: (host) => host === fqdn,
    // It stands still: what has failed stays so.
    clock: () => 1_000_000,
    log: { debug: line, info: line, warn: line, error: line },
    locate: async () => places,
    dial: async ({ address, link, port }) => ({
      socket: await connect({
        host: address,
        port,
        trust,
        expect: { mode: 'sip-domain', domain: partner },
        allow: [partner],
      }),
      link,
    }),
    policy: {
      admit: (_request, origin) => origin,
      decide: (request) => ({
        kind: 'relay',
        targets: [[{ uri: request.uriText, flow: undefined, routes: [], instance: undefined }]],
        rules: {
          nextHop: () => hop,
          build: ({ uri }, via) => forwardRequest(request, { via, uri }),
        },
      }),
    },
  });
  opened.push(runtime);
  const server = await serve(
    tls,
    { trust, identity: await credential(domain), host: '127.0.0.1', clientCertificate: 'none' },
    (socket) => void runtime.accept(socket, links.clientToEdge),
  );
  opened.push({ [Symbol.asyncDispose]: () => server.close() });
  const alice = new UserAgent({
    addressOfRecord: `sip:alice@${domain}`,
    credentials: { secret: { username: 'alice', password: 'secret' } },
    server: { name: domain, address: '127.0.0.1', port: server.port, link: links.clientToEdge },
    newToken: createTokenSource(),
    events: {},
    dial: async ({ address, link, port }) => ({
      socket: await connect({
        host: address,
        port,
        trust,
        expect: { mode: 'sip-domain', domain },
        allow: [domain],
      }),
      link,
    }),
  });
  opened.push(alice);
  await alice.connect();
  return {
    counts: () => received.map(({ length }) => length),
    received,
    message: async (text: string) => (await alice.message(`sip:bob@${partner}`, text)).status,
    call: async () => {
      const outcome = await alice.call(`sip:bob@${partner}`, { contentType: 'text/plain', body: 'offer' });
      return outcome.ok ? 200 : outcome.response.status;
    },
  };
}

function respond(transaction: ServerTransaction, status: number): void {
  const contact = '<sip:bob@client.invalid;transport=tls>';
  transaction.respond(createResponse(transaction.request, status, undefined, { toTag: 'far', contact }));
}

describe('a partner with several servers (RFC 3263 §4.3, RFC 3261 §16.6 step 7)', () => {
  it.each(['unavailable', 'hang up'] as const)(
    'gets a request at the next one, in a new transaction, where the first does this: %s',
    async (behaviour) => {
      const network = await start([behaviour, 'accept']);
      expect(await network.message('one')).toBe(200);
      expect(network.counts()).toEqual([1, 1]);
      const [[first], [second]] = network.received as [[SipRequest], [SipRequest]];
      expect(second.topVia.branch).not.toBe(first.topVia.branch);
      const withoutVia = (request: SipRequest) => request.wire.replace(/branch=\S+/, '');
      expect(withoutVia(second)).toBe(withoutVia(first));
      expect(await network.call()).toBe(200);
      expect(network.counts(), 'what follows goes to the one that works').toEqual([1, 2]);
    },
  );

  it('is called at the next one where the first is not available', async () => {
    const network = await start(['unavailable', 'accept']);
    expect(await network.call()).toBe(200);
    expect(network.counts()).toEqual([1, 1]);
  });

  it('is reached at no server that has the name of its SRV record instead of the domain (RFC 5922 §7.3)', async () => {
    const network = await start(['another name', 'accept']);
    expect(await network.message('one')).toBe(200);
    expect(network.counts()).toEqual([0, 1]);
  });

  it('is not available where none of them is: the sender hears 500, and four have been asked', async () => {
    const network = await start(Array<Behaviour>(6).fill('unavailable'));
    expect(await network.message('one')).toBe(500);
    expect(network.counts()).toEqual([1, 1, 1, 1, 0, 0]);
  });

  it('that hangs up on a request counts as one that has answered 503: the sender hears 500 (RFC 3261 §16.9)', async () => {
    const network = await start(['hang up']);
    expect(await network.message('one')).toBe(500);
    expect(network.counts()).toEqual([1]);
  });

  it('with one server alone gets a request there once, and the next one again', async () => {
    const network = await start(['unavailable']);
    expect(await network.message('one')).toBe(500);
    expect(await network.message('two')).toBe(500);
    expect(network.counts()).toEqual([2]);
  });
});
