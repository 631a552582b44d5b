import { createResponse, parseAuthorization, type SipRequest, type SipResponse } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { UserSession } from './user-agent-session.ts';

const alice = 'sip:alice@contoso.example';

/** A session whose requests are answered by servers that know their own nonces only. */
function start(answeredBy: readonly string[], isRight = true, saysStale = false) {
  const asked: (string | undefined)[] = [];
  const ask = async (request: SipRequest): Promise<SipResponse> => {
    const server = answeredBy[Math.min(asked.length, answeredBy.length - 1)];
    const given = request.get('Proxy-Authorization');
    const found = given === undefined ? undefined : parseAuthorization(given);
    const nonce = typeof found === 'object' ? found.nonce : undefined;
    asked.push(nonce);
    if (isRight && nonce === server) return createResponse(request, 200, undefined, { toTag: 'far' });
    const next = isRight ? server : `${server}-${asked.length}`;
    const challenge = `Digest realm="contoso.example", nonce="${next}", algorithm=SHA-256, qop="auth"${saysStale && nonce !== undefined ? ', stale=true' : ''}`;
    return createResponse(request, 407, undefined, {
      toTag: 'far',
      headers: [['Proxy-Authenticate', challenge]],
    });
  };
  const endpoint = { ask, newToken: () => 'token' } as unknown as ConstructorParameters<
    typeof UserSession
  >[0];
  const connection = {} as ConstructorParameters<typeof UserSession>[1];
  const credentials = { secret: { username: 'alice', password: 'secret' } };
  const session = new UserSession(endpoint, connection, credentials, () => {});
  const send = async () => (await session.ask(() => requestBetween(alice, alice))).response.status;
  return { asked, send };
}

describe('a request of a user that is challenged', () => {
  it('is sent again once, while nothing has shown that the secret is right', async () => {
    const { asked, send } = start(['one'], false);
    expect(await send()).toBe(407);
    expect(asked).toHaveLength(2);
  });

  it('is sent again twice where it was right before: another server of a pool does not know the nonce of the one before', async () => {
    const { asked, send } = start(['one', 'one', 'two', 'three', 'three']);
    expect(await send()).toBe(200);
    expect(await send()).toBe(200);
    expect(asked).toEqual([undefined, 'one', 'one', 'two', 'three']);
  });

  it('is sent again once when it was wrong the last time', async () => {
    const { asked, send } = start(['one', 'one', 'two', 'three', 'four', 'five', 'six']);
    expect([await send(), await send(), await send()]).toEqual([200, 407, 407]);
    expect(asked).toHaveLength(7);
  });

  it('is sent again where a server says that the nonce alone was of another one, also on a new connection', async () => {
    const { asked, send } = start(['one', 'two', 'two'], true, true);
    expect(await send()).toBe(200);
    expect(asked).toEqual([undefined, 'one', 'two']);
  });

  it('is sent four times at most, whatever servers say of its nonces', async () => {
    const { asked, send } = start(['one'], false, true);
    expect(await send()).toBe(407);
    expect(asked).toHaveLength(4);
  });
});
