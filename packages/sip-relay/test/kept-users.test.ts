import {
  answerChallenge,
  createCredentialRecord,
  parseMessage,
  type SipRequest,
  selectChallenges,
} from '@entente/sip';
import { Admission, FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { heapGrowth } from '@entente/testkit/heap';
import { sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const headerBytes = 1_000_000;
const users = 12;
const realm = 'contoso.example';
const password = 'of a user that exists in this test only';

const topology = sampleTopology();

function register(username: string, authorization?: string): SipRequest {
  const head = [
    `REGISTER sip:${realm} SIP/2.0`,
    'Via: SIP/2.0/TLS client.invalid;branch=z9hG4bK1',
    `From: <sip:${username}@${realm}>;tag=1`,
    `To: <sip:${username}@${realm}>`,
    'Call-ID: 1',
    'CSeq: 1 REGISTER',
    'Max-Forwards: 70',
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    `X-Filler: ${'a'.repeat(headerBytes)}`,
    'Content-Length: 0',
  ].join('\r\n');
  const bytes = Buffer.from(`${head}\r\n\r\n`);
  const parsed = parseMessage(bytes, { limits: { maxHeaderBytes: 2 * headerBytes } });
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the test wrote no request');
  return parsed.message;
}

describe('a user who has proven himself on a connection', () => {
  it('is remembered without the request that he did it with', () => {
    const told: string[] = [];
    const admission = new Admission({
      fqdn: 'fe1.contoso.example',
      topology: () => topology,
      credentials: {
        find: (username) => createCredentialRecord({ username, realm, password }, ['SHA-256']),
        hasMd5: () => false,
      },
      flows: new FlowNames(),
      onUser: (address) => told.push(address),
      clock: Date.now,
    });
    const connection: RequestOrigin = {
      id: 1,
      server: undefined,
      isClosed: false,
      users: new Map(),
      link: links.clientToFrontEnd,
      protection: {},
    };
    const bytes = heapGrowth(() => {
      for (let index = 0; index < users; index++) {
        const username = `user-with-a-long-name-${index}`;
        const refused = admission.admit(register(username), connection);
        if (!('headers' in refused)) throw new Error('expected a challenge');
        const [challenge] = selectChallenges(refused.headers.map(([, value]) => String(value)));
        if (challenge === undefined) throw new Error('expected a challenge');
        const target = { method: 'REGISTER', uri: `sip:${realm}` };
        const answer = answerChallenge(
          challenge,
          target,
          { username, password },
          { cnonce: 'c', nonceCount: 1 },
        );
        expect(admission.admit(register(username, answer), connection)).toMatchObject({
          identity: { ok: true },
        });
      }
    });
    expect([...connection.users.keys()]).toEqual(told);
    expect(told[1]).toBe(`user-with-a-long-name-1@${realm}`);
    expect(bytes).toBeLessThan((users * headerBytes) / 4);
  });
});
