import { describe, expect, it } from 'vitest';
import { orderNewVerifiers } from '../src/accounts/change-verifiers.ts';

const url = 'https://ca.contoso.example';
const change = {
  address: 'alice@contoso.example',
  from: { 'SHA-256': 'a'.repeat(64) },
  to: { 'SHA-256': 'b'.repeat(64) },
};

/** What becomes of a change that an authority answers so. */
function order(answer: (request: Request) => Promise<Response>, stop = new AbortController().signal) {
  return orderNewVerifiers({ url, transport: answer }, change, stop);
}
const problem = (status: number, fields: object) => async () =>
  new Response(JSON.stringify(fields), { status, headers: { 'content-type': 'application/problem+json' } });

describe('new verifiers of a user', () => {
  it('are sent to the authority with those that they take the place of, and nothing else', async () => {
    const sent: unknown[] = [];
    const outcome = await order(async (request) => {
      sent.push(request.method, new URL(request.url).pathname, await request.json());
      return new Response(null, { status: 204 });
    });
    expect(outcome).toBeUndefined();
    expect(sent).toEqual(['POST', '/accounts/password', change]);
  });

  it('are refused with the reason of the authority', async () => {
    const fields = { reason: 'verifiers-differ', detail: 'found another one', remedy: 'sign in again' };
    expect(await order(problem(409, fields))).toEqual({
      reason: 'verifiers-differ',
      message: 'found another one',
      remedy: 'sign in again',
    });
  });

  it.each([
    ['a fault of the authority', problem(500, { reason: 'fault', detail: 'broken', remedy: 'look' })],
    ['a refusal that gives no reason', problem(403, {})],
    ['another success', async () => new Response('{}', { status: 200 })],
  ])('are not changed by an answer that is %s: that is a fault', async (_what, answer) => {
    await expect(order(answer)).rejects.toMatchObject({ code: 'ENTENTE_MEMBER_ANSWER', place: url });
  });

  it('are given up with the member, and where the authority does not answer', async () => {
    const waiting = (request: Request) =>
      new Promise<Response>((_, reject) => {
        if (request.signal.aborted) reject(request.signal.reason);
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    await expect(order(waiting, AbortSignal.abort(new Error('the end')))).rejects.toThrow('the end');
  });
});
