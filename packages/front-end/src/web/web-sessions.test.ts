import { randomBytes } from 'node:crypto';
import { createCredentialRecord } from '@entente/sip';
import { createSealing } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { WebSessions } from './web-sessions.ts';

const address = 'alice@contoso.example';
const record = createCredentialRecord({
  username: 'alice',
  realm: 'contoso.example',
  password: 'correct horse',
});

/** A pool of servers that begin when a test says so. */
function createPool() {
  const key = randomBytes(32);
  const sealing = createSealing({ current: { epoch: 1, key }, keyOf: () => key }, randomBytes);
  const pool = {
    now: 1_000_000.5,
    begin: () =>
      new WebSessions({
        sealing,
        credentials: { find: () => record, hasMd5: () => false },
        clock: () => pool.now,
      }),
  };
  return pool;
}

const tokenOf = (sessions: WebSessions) => sessions.begin(record, address)?.session.token ?? '';

describe('a session', () => {
  it('that is older than the process of a server is not for that one to judge, nor to renew', () => {
    const pool = createPool();
    const before = pool.begin();
    const token = tokenOf(before);
    pool.now += 120_000;
    const after = pool.begin();
    expect(after.open(token, true)).toMatchObject({ isKnown: false, session: { token } });
    const renewed = before.open(token)?.session.token ?? '';
    expect(renewed).not.toBe(token);
    expect(after.open(renewed)).toMatchObject({ isKnown: true });
  });

  it('of the moment in which a server begins is for it to judge', () => {
    const sessions = createPool().begin();
    expect(sessions.open(tokenOf(sessions))).toMatchObject({ isKnown: true, address });
  });

  it('that ends at a server which could not judge it ends there with every token that it gets later', () => {
    const pool = createPool();
    const before = pool.begin();
    const token = tokenOf(before);
    pool.now += 120_000;
    const after = pool.begin();
    after.end(token);
    expect(after.open(before.open(token)?.session.token ?? '')).toBeUndefined();
  });

  it('has a value that its page was told as long as it may go on, however old the token is, and no longer', () => {
    const pool = createPool();
    const sessions = pool.begin();
    const { csrf, token } = sessions.begin(record, address)?.session ?? { csrf: '', token: '' };
    pool.now += 8 * 3_600_000 - 1;
    expect(sessions.open(token)).toBeUndefined();
    expect(sessions.csrfOf(token)).toBe(csrf);
    pool.now += 1;
    expect(sessions.csrfOf(token)).toBeUndefined();
  });
});
