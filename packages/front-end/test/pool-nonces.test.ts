import { answerChallenge, type SipResponse, selectChallenges } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { startPool } from './pool-network.ts';
import type { Peer } from './wire-network.ts';

const uri = 'sip:contoso.example';
const alice = 'sip:alice@contoso.example';

/** A REGISTER with these credentials, or without any; a challenge is left unanswered. */
function register(peer: Peer, credentials?: string): Promise<SipResponse> {
  return peer.ask('REGISTER', uri, {
    as: 'alice',
    to: alice,
    contact: '<sip:alice@client.invalid>',
    password: null,
    ...(credentials === undefined ? {} : { headers: { Authorization: credentials } }),
  });
}

function challengeOf(response: SipResponse) {
  const [challenge] = selectChallenges(response.all('WWW-Authenticate'));
  if (challenge === undefined) throw new Error(`expected a challenge, found ${response.status}`);
  return challenge;
}

function answerTo(response: SipResponse, password = 'secret') {
  const user = { username: 'alice', password };
  return answerChallenge(challengeOf(response), { method: 'REGISTER', uri }, user, {
    cnonce: 'c',
    nonceCount: 1,
  });
}

describe('the nonce of a server that is dead', () => {
  it('is answered with stale=true by the next one of its pool, so that a client asks nobody for the password', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const challenged = await register(await pool.user('alice', 'fe1', false));
    await pool.stop('fe1');
    const next = await pool.user('alice', 'fe2', false);
    const again = await register(next, answerTo(challenged));
    expect([again.status, challengeOf(again).stale]).toEqual([401, true]);
    expect((await register(next, answerTo(again))).status).toBe(200);
  });

  it('is answered with stale=true by the same one after its restart', async () => {
    await using pool = await startPool(['fe1']);
    const challenged = await register(await pool.user('alice', 'fe1', false));
    await pool.stop('fe1');
    await pool.start('fe1');
    const again = await register(await pool.user('alice', 'fe1', false), answerTo(challenged));
    expect([again.status, challengeOf(again).stale]).toEqual([401, true]);
  });

  it('lets nobody in: credentials that have been used there are not accepted again', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const first = await pool.user('alice', 'fe1', false);
    const used = answerTo(await register(first));
    expect((await register(first, used)).status).toBe(200);
    const replayed = await register(await pool.user('alice', 'fe2', false), used);
    expect([replayed.status, challengeOf(replayed).stale]).toEqual([401, true]);
  });

  it('does not hide a wrong password', async () => {
    await using pool = await startPool(['fe1', 'fe2']);
    const challenged = await register(await pool.user('alice', 'fe1', false));
    const wrong = await register(await pool.user('alice', 'fe2', false), answerTo(challenged, 'guess'));
    expect([wrong.status, challengeOf(wrong).stale]).toEqual([401, false]);
  });
});
