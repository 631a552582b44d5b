import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import {
  type Dialog,
  dialogOfRequest,
  dialogOfResponse,
  edit,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import { disclosedNames, type Federation, startFederation } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryOf, RecordedPeer } from './recorded-peer.ts';

const theirs = 'litware.example';
const carl = `sip:carl@${theirs}`;
const alice = 'sip:alice@contoso.example';
const erin = 'sip:erin@contoso.example';

describe('what reaches an external client and the edge of a partner', () => {
  let federation: Federation;
  let client: RecordedPeer;
  let partner: RecordedPeer;
  let listener: tls.Server;
  let names: readonly string[];

  beforeAll(async () => {
    federation = await startFederation({ clients: ['alice'], partnerClients: [] });
    const { contoso, publicAuthority } = federation;
    const { authority, edge, frontEnds, gateway, mediation, pool, users } = contoso.organisation;
    names = [authority, edge, gateway, mediation, ...frontEnds].map(({ fqdn }) => fqdn).concat(pool);

    partner = new RecordedPeer({ address: `carl@${theirs}`, via: `sip.${theirs}` });
    const { chainPem, keyPem } = await publicAuthority.issue([theirs, `sip.${theirs}`]);
    listener = tls.createServer(
      { cert: chainPem, key: keyPem, requestCert: true, rejectUnauthorized: false },
      (socket) => partner.take(socket),
    );
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    contoso.services.set(`_sipfederationtls._tcp.${theirs}`, [{ target: edge.externalFqdn, port }]);

    const { address, password } = users.find((user) => user.address.startsWith('erin@')) as (typeof users)[0];
    client = new RecordedPeer({ address, password, via: 'client.invalid' });
    await client.dial(edge.externalPorts.clients, edge.externalFqdn);
  });

  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await partner?.[Symbol.asyncDispose]();
    listener?.close();
    await federation?.[Symbol.asyncDispose]();
  });

  // The tests are one conversation, in this order; the last one looks at all that was recorded.

  it('registers the client, and shows him no Path', async () => {
    const { response } = await client.ask(
      client.write('REGISTER', 'sip:contoso.example', {
        to: `<${erin}>`,
        headers: { Expires: 3_600, Supported: 'path, outbound' },
      }),
    );
    expect(response.status).toBe(200);
    expect(response.has('Path')).toBe(false);
  });

  it('carries messages both ways', async () => {
    const { contoso } = federation;
    const text = { contentType: 'text/plain', body: 'from outside' };
    expect((await client.ask(client.write('MESSAGE', alice, text))).response.status).toBe(200);
    await contoso.user('alice').received('from outside');
    for (const [peer, to] of [
      [client, erin],
      [partner, carl],
    ] as const) {
      const outcome = contoso.user('alice').message(to, 'from inside');
      const arrived = await peer.request('MESSAGE');
      expect(arrived.vias).toHaveLength(1);
      peer.answer(arrived, 200);
      expect((await outcome).status).toBe(200);
    }
    const { response } = await partner.ask(
      partner.write('MESSAGE', alice, { ...text, body: 'from a partner' }),
    );
    expect(response.status).toBe(200);
    await contoso.user('alice').received('from a partner');
  });

  /** The client calls the partner, who forks it: two branches ring, one answers. */
  async function call(): Promise<{ clients: Dialog; partners: Dialog; invite: SipRequest }> {
    const request = client.write('INVITE', carl);
    const challenged = client.send(request);
    const refused = await client.response(challenged, 407);
    const sent = client.send(client.prove(request, refused));
    const arrived = await partner.request('INVITE');
    partner.answer(arrived, 180, 'one');
    expect((await client.response(sent, 180)).to.tag).toBe('one');
    partner.answer(arrived, 180, 'two');
    expect((await client.response(sent, 180)).to.tag).toBe('two');
    partner.answer(arrived, 200, 'two');
    const answered = await client.response(sent, 200);
    const clients = established(dialogOfResponse(sent, answered, false));
    client.send(clients.createAck(sent.cseq.sequence));
    await partner.request('ACK');
    const partners = established(dialogOfRequest(arrived, { status: 200, localTag: 'two' }, false));
    return { clients, partners, invite: arrived };
  }

  it('carries a call of the client to the partner: forked answers, ACK, re-INVITE and BYE both ways', async () => {
    const { clients, invite, partners } = await call();
    expect(invite.vias).toHaveLength(1);
    expect(invite.recordRoutes).toHaveLength(1);
    expect(clients.routeSet).toHaveLength(1);
    const { externalPorts } = federation.contoso.organisation.edge;
    expect(invite.topVia.port).toBe(externalPorts.federation);
    for (const { routeSet } of [clients, partners])
      expect(entryOf(routeSet[0]).host).toBe('access.contoso.example');
    const portOf = ({ routeSet: [entry] }: Dialog) => entry?.uri.kind === 'sip' && entry.uri.port;
    expect([portOf(clients), portOf(partners)]).toEqual([externalPorts.clients, externalPorts.federation]);

    const again = partner.send(partners.createRequest('INVITE', { contact: partner.contact }));
    const arrived = await client.request('INVITE');
    expect(arrived.topVia.port).toBe(externalPorts.clients);
    client.answer(arrived, 200);
    const answered = await partner.response(again, 200);
    partner.send(partners.createAck(again.cseq.sequence));
    expect((await client.request('ACK')).cseq.sequence).toBe(again.cseq.sequence);
    expect(answered.vias).toHaveLength(1);

    const asked = client.ask(clients.createRequest('INVITE', { contact: client.contact }));
    partner.answer(await partner.request('INVITE'), 200);
    const { sent } = await asked;
    client.send(clients.createAck(sent.cseq.sequence));
    await partner.request('ACK');

    const hangUp = client.ask(
      edit(clients.createRequest('BYE'))
        .set('CSeq', `${sent.cseq.sequence + 1} BYE`)
        .toMessage(),
    );
    partner.answer(await partner.request('BYE'), 200);
    expect((await hangUp).response.status).toBe(200);
  });

  it('carries a call of the partner to the client, who hangs up', async () => {
    const sent = partner.send(
      partner.write('INVITE', erin, { headers: { 'Record-Route': `<sip:inner@sip.${theirs};lr>` } }),
    );
    const arrived = await client.request('INVITE');
    expect(arrived.recordRoutes).toHaveLength(1);
    client.answer(arrived, 180);
    await partner.response(sent, 180);
    client.answer(arrived, 200);
    const answered = await partner.response(sent, 200);
    // What the partner wrote itself comes back unchanged.
    expect(answered.recordRoutes.map((entry) => entryOf(entry).host)).toEqual([
      'access.contoso.example',
      `sip.${theirs}`,
    ]);
    const partners = established(dialogOfResponse(sent, answered, false));
    // The partner's own hop removes itself from the Route before it sends the request.
    partner.send(edit(partners.createAck(1)).removeFirstValue('Route').toMessage());
    await client.request('ACK');
    const clients = established(dialogOfRequest(arrived, { status: 200, localTag: 'far' }, false));
    const hangUp = client.ask(clients.createRequest('BYE'));
    const bye = await partner.request('BYE');
    expect(bye.routes.map((entry) => entryOf(entry).user)).toEqual(['inner']);
    partner.answer(bye, 200);
    expect((await hangUp).response.status).toBe(200);
  });

  it('carries calls between the partner and a user inside, either of whom may hang up', async () => {
    const user = federation.contoso.user('alice');
    const outcome = user.call(carl);
    const arrived = await partner.request('INVITE');
    partner.answer(arrived, 180);
    partner.answer(arrived, 200);
    await partner.request('ACK');
    expect((await outcome).status).toBe(200);
    const hangUp = user.hangUp();
    partner.answer(await partner.request('BYE'), 200);
    expect((await hangUp).status).toBe(200);

    const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };
    const sent = partner.send(partner.write('INVITE', alice, offer));
    const answered = await partner.response(sent, 200);
    const dialog = established(dialogOfResponse(sent, answered, false));
    partner.send(dialog.createAck(1));
    const bye = partner.send(dialog.createRequest('BYE'));
    expect((await partner.response(bye)).status).toBe(200);
  });

  it('carries a CANCEL in either direction', async () => {
    const request = client.write('INVITE', carl);
    const refused = await client.response(client.send(request), 407);
    const sent = client.send(client.prove(request, refused));
    const ringing = await partner.request('INVITE');
    partner.answer(ringing, 180);
    await client.response(sent, 180);
    client.cancel(sent);
    partner.answer(await partner.request('CANCEL'), 200);
    partner.answer(ringing, 487);
    expect((await client.response(sent, 487)).status).toBe(487);

    const called = partner.send(partner.write('INVITE', erin));
    const rings = await client.request('INVITE');
    client.answer(rings, 180);
    await partner.response(called, 180);
    partner.cancel(called);
    client.answer(await client.request('CANCEL'), 200);
    client.answer(rings, 487);
    expect((await partner.response(called, 487)).status).toBe(487);
  });

  it('refuses without saying why: a user who is not there, a false From', async () => {
    const text = { contentType: 'text/plain', body: 'hello' };
    const nobody = 'sip:nobody@contoso.example';
    expect((await client.ask(client.write('MESSAGE', nobody, text))).response.status).toBe(480);
    expect((await partner.ask(partner.write('MESSAGE', nobody, text))).response.status).toBe(480);
    const asBob = { ...text, from: '<sip:bob@contoso.example>;tag=1' };
    const refusals: readonly SipResponse[] = [
      (await client.ask(client.write('MESSAGE', alice, asBob))).response,
      (await partner.ask(partner.write('MESSAGE', alice, asBob))).response,
    ];
    for (const response of refusals) {
      expect(response.status).toBe(403);
      for (const name of ['Warning', 'Entente-Diagnostics']) expect(response.has(name)).toBe(false);
    }
  });

  it('refuses a sealed way that was changed, or was sealed for somebody else', async () => {
    const { clients, partners } = await call();
    const { edge } = federation.contoso;
    if (edge === undefined) throw new Error('there is no edge');
    const bye = partners.createRequest('BYE');
    const { user } = entryOf(bye.routes[0]);
    const turned = user.slice(0, 30) + (user[30] === 'A' ? 'B' : 'A') + user.slice(31);
    const changed = edit(bye).set('Route', `<sip:${turned}@access.contoso.example;lr>`).toMessage();
    const borrowed = edit(bye).set('Route', `${clients.routeSet[0]}`).toMessage();
    for (const forged of [changed, borrowed]) {
      const known = new Set(edge.records);
      const told = edge.waitFor(
        'the refusal',
        (record) => record.reason !== undefined && record.method === 'BYE' && !known.has(record),
      );
      expect((await partner.ask(forged)).response.status).toBe(403);
      expect((await told).reason).toBe('relay-not-allowed');
    }
    const sent = partner.send(bye);
    client.answer(await client.request('BYE'), 200);
    expect((await partner.response(sent)).status).toBe(200);
  });

  it('names no server inside, in not one byte', () => {
    for (const { bytes, messages } of [client, partner]) {
      expect(messages.length).toBeGreaterThan(20);
      expect(disclosedNames(bytes, names)).toEqual([]);
      expect(bytes).not.toMatch(
        /Entente-Diagnostics|P-Asserted-Identity|^(Path|Service-Route|Warning)\s*:/im,
      );
    }
    // The search finds what is there.
    expect(disclosedNames(client.bytes, ['contoso.example'])).toEqual(['contoso.example']);
    expect(
      disclosedNames(`sip:${Buffer.from(`${'x'.repeat(16)}fe1.example`).toString('base64url')}@x`, [
        'fe1.example',
      ]),
    ).toHaveLength(1);
  });
});

function established(result: ReturnType<typeof dialogOfResponse>): Dialog {
  if (!result.ok) throw new Error(`no dialog: ${JSON.stringify(result)}`);
  return result.dialog;
}
