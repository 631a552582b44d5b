import { createRequest, createResponse, type SipRequest } from '@entente/sip';
import type { ServerTransaction, SipConnection } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };

describe('a call that several devices answer (RFC 3261 §13.2.2.4)', () => {
  it('acknowledges each of them, again when it answers again, and ends all but the first', async () => {
    const acks: string[] = [];
    const ended: string[] = [];
    let invite: ServerTransaction | undefined;
    const accept = (device: string) => {
      const transaction = invite as ServerTransaction;
      transaction.respond(
        createResponse(transaction.request, 200, undefined, {
          toTag: device,
          contact: `<sip:${device}@contoso.example;transport=tls>`,
          contentType: 'application/sdp',
          body: 'v=0\r\n',
        }),
      );
    };
    await using server = await startServer({
      onRequest(transaction) {
        const { request } = transaction;
        if (request.method === 'INVITE') invite = transaction;
        else {
          ended.push(`${request.method} ${request.to.tag}`);
          transaction.respond(createResponse(request, 200));
        }
      },
      onAck: (ack: SipRequest) => void acks.push(ack.to.tag ?? ''),
    });
    const alice = server.agent('sip:alice@contoso.example');
    await alice.connect();
    const calling = alice.call('sip:bob@contoso.example', offer);
    await expect.poll(() => invite).toBeDefined();
    accept('desk');
    accept('mobile');
    const outcome = await calling;
    expect(outcome.ok && outcome.call.dialog.remoteTag).toBe('desk');
    await expect.poll(() => [...acks].sort()).toEqual(['desk', 'mobile']);
    await expect.poll(() => ended).toEqual(['BYE mobile']);
    accept('desk');
    await expect.poll(() => [...acks].sort()).toEqual(['desk', 'desk', 'mobile']);
    if (outcome.ok) await outcome.call.hangUp();
    expect(ended).toEqual(['BYE mobile', 'BYE desk']);
  });
});

describe('a call whose INVITE was challenged', () => {
  it('has the credentials of the INVITE in its ACK, which nobody can challenge (RFC 3261 §13.2.2.4)', async () => {
    const acks: SipRequest[] = [];
    const sent: (string | undefined)[] = [];
    await using server = await startServer({
      onRequest(transaction) {
        const { request } = transaction;
        sent.push(request.get('Proxy-Authorization'));
        const challenge = 'Digest realm="contoso.example", nonce="n", algorithm=SHA-256, qop="auth"';
        transaction.respond(
          request.has('Proxy-Authorization')
            ? createResponse(request, 200, undefined, { toTag: 'b', contact: '<sip:b@client.invalid>' })
            : createResponse(request, 407, undefined, {
                toTag: 'b',
                headers: { 'Proxy-Authenticate': challenge },
              }),
        );
      },
      onAck: (ack) => void acks.push(ack),
    });
    const alice = server.agent('sip:alice@contoso.example');
    await alice.connect();
    expect((await alice.call('sip:bob@contoso.example', offer)).ok).toBe(true);
    await expect.poll(() => acks.length).toBe(1);
    expect(acks[0]?.get('Proxy-Authorization')).toBe(sent[1]);
    expect(sent[1]).toContain('response=');
  });
});

describe('a request that requires an extension', () => {
  it('does not ring: it is answered 420, and the extensions are named (RFC 3261 §8.2.2.3)', async () => {
    const opened: SipConnection[] = [];
    await using server = await startServer({
      onRequest() {},
      onAck() {},
      onConnection: (connection) => void opened.push(connection),
    });
    let rang = false;
    const bob = server.agent('sip:bob@contoso.example', {
      onCall() {
        rang = true;
      },
    });
    await bob.connect();
    await expect.poll(() => opened).toHaveLength(1);
    const invite = createRequest({
      method: 'INVITE',
      uri: 'sip:bob@client.invalid',
      from: '<sip:alice@contoso.example>;tag=a',
      to: '<sip:bob@contoso.example>',
      callId: 'c',
      cseq: 1,
      contact: '<sip:alice@client.invalid>',
      headers: { Require: '100rel, foo' },
    });
    const answer = await server.endpoint.ask(invite, opened[0] as SipConnection);
    expect([answer.status, answer.get('Unsupported'), rang]).toEqual([420, '100rel, foo', false]);
  });
});
