import { createResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { fakeConnection, layerOf, request } from '../../test/transaction-parts.ts';
import type { ServerTransaction } from './transaction-context.ts';

describe('what one who is asked may write as often as they like', () => {
  const ringing = request('INVITE', 'x');

  it('passes 32 provisional responses at once, and one a second from then on', () => {
    let now = 1_000_000;
    const passed: number[] = [];
    const layer = layerOf({}, { clock: () => now });
    const { connection, refused } = fakeConnection();
    const user = { onResponse: ({ status }: { status: number }) => void passed.push(status), onEnd() {} };
    layer.request(ringing, connection, user);
    const ring = () =>
      layer.receiveResponse(createResponse(ringing, 180, undefined, { toTag: 't' }), connection);
    for (let i = 0; i < 100; i++) ring();
    expect([passed.length, refused.length]).toEqual([32, 68]);
    now += 1_000;
    for (let i = 0; i < 10; i++) ring();
    expect(passed.length).toBe(33);
    now += 3_600_000;
    for (let i = 0; i < 100; i++) ring();
    expect(passed.length).toBe(65);
    layer.receiveResponse(createResponse(ringing, 200, undefined, { toTag: 't' }), connection);
    expect(passed.at(-1)).toBe(200);
  });

  it('sends the first 2xx as an answer, and those after it in passing, as provisional ones', () => {
    const answered: ServerTransaction[] = [];
    const layer = layerOf({ onRequest: (transaction) => void answered.push(transaction) });
    const { connection } = fakeConnection();
    const ways: string[] = [];
    Object.assign(connection, {
      send: ({ status }: { status: number }) => ways.push(`answer ${status}`) > 0,
      pass: ({ status }: { status: number }) => void ways.push(`in passing ${status}`),
    });
    layer.receiveRequest(request('INVITE', 'a'), connection);
    const [transaction] = answered;
    for (const status of [180, 183, 200, 200, 202])
      transaction?.respond(createResponse(request('INVITE', 'a'), status, undefined, { toTag: 't' }));
    expect(ways).toEqual([
      'in passing 180',
      'in passing 183',
      'answer 200',
      'in passing 200',
      'in passing 202',
    ]);
  });

  it('has a server answer for sixteen devices', () => {
    const passed: number[] = [];
    const layer = layerOf({}, { clock: () => 1_000_000 });
    const { connection } = fakeConnection('fe2.contoso.example');
    const user = { onResponse: ({ status }: { status: number }) => void passed.push(status), onEnd() {} };
    layer.request(ringing, connection, user);
    for (let i = 0; i < 1_000; i++)
      layer.receiveResponse(createResponse(ringing, 180, undefined, { toTag: `t${i % 16}` }), connection);
    expect(passed.length).toBe(512);
  });

  it('lets a telephone repeat its 2xx until it is acknowledged, and holds up one that repeats it without end', () => {
    let now = 1_000_000;
    const passed: number[] = [];
    const layer = layerOf({}, { clock: () => now });
    const { connection, refused } = fakeConnection();
    layer.request(ringing, connection, {
      onResponse: ({ status }: { status: number }) => void passed.push(status),
      onEnd() {},
    });
    const accept = () =>
      layer.receiveResponse(createResponse(ringing, 200, undefined, { toTag: 't' }), connection);
    accept();
    for (const gapMs of [500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000]) {
      now += gapMs;
      accept();
    }
    expect([passed.length, refused.length]).toEqual([9, 0]);
    for (let i = 0; i < 100; i++) accept();
    expect([passed.length, refused.length], 'the last one was of this second').toEqual([9 + 31, 69]);
  });
});
