import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { formatPushAnswer, maxPushedRequests, type PushedRequest, pushAnswerFormat } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { pushRound } from '../src/push/push-round.ts';

const origin = 'https://edge1.contoso.example:4443';

/** A push to a server that asks for so many things in each of its answers. */
function pushTo(asks: readonly number[]) {
  const answered: string[] = [];
  let asked = 0;
  let answers = 0;
  const ask = (): PushedRequest => ({
    id: (asked++).toString(16).padStart(32, '0'),
    method: 'GET',
    path: '/state',
    headers: {},
  });
  const push = pushRound({
    client: {
      async open() {
        const requests = Array.from({ length: asks[answers++] ?? 0 }, ask);
        const text = formatPushAnswer({ format: pushAnswerFormat, holds: 7, isDone: false, requests });
        const socket = { remoteAddress: '127.0.0.1' };
        return Object.assign(Readable.from([text]), {
          statusCode: 200,
          socket,
        }) as unknown as IncomingMessage;
      },
    },
    origin,
    address: '127.0.0.1',
    async answer({ url }) {
      answered.push(url);
      return new Response('x');
    },
    signal: new AbortController().signal,
  });
  return { push, answered };
}

describe('a push to one server', () => {
  it('answers everything that is asked for', async () => {
    const { answered, push } = pushTo([maxPushedRequests, 0, 1, 2]);
    expect(await push).toMatchObject({ holds: 7 });
    expect(answered).toHaveLength(7);
  });

  it('ends where the server asks for more than its own requests that may wait, so that it fills no memory', async () => {
    const { answered, push } = pushTo(Array(2_500).fill(maxPushedRequests));
    await expect(push).rejects.toThrow('more than 64 requests wait');
    expect(answered.length).toBeLessThan(64);
  });
});
