import tls, { type TLSSocket } from 'node:tls';
import { FlowNames, type ProxyPolicy, type RequestOrigin } from '@entente/sip-relay';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startListeningRuntime } from './listening-runtime.ts';

/** Each peer has authenticated as alice. */
const policy: ProxyPolicy<RequestOrigin> = {
  admit(_, origin) {
    origin.users.set('alice@contoso.example', Number.POSITIVE_INFINITY);
    return origin;
  },
  decide: () => {
    throw new Error('no message here can be read');
  },
};

const wire = (callId: string, more: { start?: string; hops?: string; length?: string } = {}) =>
  [
    `${more.start ?? 'INVITE sip:bob@contoso.example'} SIP/2.0`,
    `Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK${callId}`,
    `Max-Forwards: ${more.hops ?? '70'}`,
    'From: <sip:alice@contoso.example>;tag=1',
    'To: <sip:bob@contoso.example>',
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    `Content-Length: ${more.length ?? '0'}`,
    '',
    '',
  ].join('\r\n');

describe('a message that cannot be read', () => {
  const opened: AsyncDisposable[] = [];
  let listening: Awaited<ReturnType<typeof startListeningRuntime>>;
  let client: TLSSocket;
  let received = '';
  beforeEach(async () => {
    received = '';
    listening = await startListeningRuntime(policy, new FlowNames(), opened);
    const { port } = listening;
    client = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    client.on('error', () => {});
    client.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
  });
  afterEach(async () => {
    client.destroy();
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
  });
  const refused = () => listening.lines.filter(({ event }) => event === 'refused');

  it.each([
    ['a number that is local and does not say where', { start: 'INVITE tel:112' }, /phone-context|tel:112/],
    ['a Max-Forwards that is not a number', { hops: 'x' }, /Max-Forwards/],
    ['a Content-Length that is not a number', { length: 'x' }, /Content-Length/],
  ])('leaves a line with its Call-ID beside the 400: %s', async (_, more, text) => {
    client.write(wire('call-1', more), 'latin1');
    await expect.poll(() => received).toMatch(/^SIP\/2\.0 400 /);
    expect(refused()).toMatchObject([
      { reason: 'malformed-request', method: 'INVITE', status: 400, callId: 'call-1', text },
    ]);
    expect(refused()[0]).toHaveProperty('remedy', expect.stringContaining('Correct'));
    expect(listening.runtime.counts.refused.get('malformed-request')).toBe(1);
  });

  it('leaves a line where nothing can be answered', async () => {
    client.write('SIP/2.0 200 OK\r\nVia: nothing\r\nContent-Length: 0\r\n\r\n');
    await expect.poll(refused).toMatchObject([{ reason: 'malformed-request' }]);
    expect(refused()[0]).not.toHaveProperty('status');
    expect(listening.runtime.counts.refused.size).toBe(0);
  });

  it('has ten lines a second however often a peer sends it', async () => {
    const most = 40;
    for (let count = 0; count < most; count++) client.write(wire(`call-${count}`, { hops: 'x' }), 'latin1');
    await expect.poll(() => listening.runtime.counts.refused.get('malformed-request')).toBe(most);
    expect(refused().length).toBeLessThanOrEqual(20);
  });
});
