import { createRequest, createResponse, type SipRequest } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import { expect, it } from 'vitest';
import { startServer } from './network.ts';

it('a user who wants sips alone registers so, and answers a sip request 480 with Warning 381 (RFC 5630 §5.1.2)', async () => {
  const opened: SipConnection[] = [];
  const registers: SipRequest[] = [];
  await using server = await startServer({
    onRequest(transaction) {
      registers.push(transaction.request);
      transaction.respond(createResponse(transaction.request, 200, undefined, { toTag: 'far' }));
    },
    onAck() {},
    onConnection: (connection) => void opened.push(connection),
  });
  const received: string[] = [];
  const onMessage = ({ text }: { readonly text: string }) => void received.push(text);
  await server.agent('sip:bob@contoso.example', { onMessage }, { sips: 'required' }).register();
  const [register] = registers;
  expect([register?.uri.scheme, register?.contacts[0]?.uri.scheme]).toEqual(['sips', 'sips']);
  const ask = (scheme: string) =>
    server.endpoint.ask(
      createRequest({
        method: 'MESSAGE',
        uri: `${scheme}:bob@client.invalid`,
        from: '<sip:alice@contoso.example>;tag=a',
        to: '<sip:bob@contoso.example>',
        callId: scheme,
        cseq: 1,
        contentType: 'text/plain',
        body: scheme,
      }),
      opened[0] as SipConnection,
    );
  const refused = await ask('sip');
  expect([refused.status, refused.get('Warning')]).toEqual([480, '381 client.invalid "SIPS Required"']);
  expect((await ask('sips')).status).toBe(200);
  expect(received).toEqual(['sips']);
});
