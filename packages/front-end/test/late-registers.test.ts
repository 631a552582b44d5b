import { answerChallenge, edit, selectChallenges } from '@entente/sip';
import type { RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { expect, it } from 'vitest';
import { frontEndOfUsers, password } from './front-end-of-users.ts';
import { client, throughEdge } from './front-end-on-paper.ts';

const alice = 'alice@contoso.example';
const topology = sampleTopology({ servers: [sampleFrontEnd, sampleEdge] });

/** A front end, and the telephone of alice, which keeps its Call-ID. */
function start(origin: RequestOrigin) {
  let now = 1_000;
  const frontEnd = frontEndOfUsers({ topology, users: [alice], clock: () => now });
  const request = (cseq: number) =>
    requestBetween(`sip:${alice}`, `sip:${alice}`, {
      method: 'REGISTER',
      uri: 'sip:contoso.example',
      callId: 'kept@x',
      cseq,
      contact: `<sip:a@192.0.2.1:${5_060 + cseq}>;+sip.instance="<urn:uuid:1>"`,
    });
  return {
    pass(ms: number) {
      now += ms;
    },
    challenge() {
      const challenged = frontEnd.admit(request(1), origin);
      const headers = 'reason' in challenged ? challenged.headers : [];
      const [challenge] = selectChallenges(headers.map(([, value]) => `${value}`));
      if (challenge === undefined) throw new Error('expected a challenge');
      return challenge;
    },
    async registers(cseq: number, challenge: Parameters<typeof answerChallenge>[0], nonceCount: number) {
      const answer = answerChallenge(
        challenge,
        { method: 'REGISTER', uri: 'sip:contoso.example' },
        { username: 'alice', password },
        { cnonce: 'c', nonceCount },
      );
      const answered = edit(request(cseq)).append('Authorization', answer).toMessage();
      const sender = frontEnd.admit(answered, origin);
      if ('reason' in sender) return sender.reason;
      const decision = await frontEnd.decide(answered, sender);
      if (decision.kind === 'refuse') return decision.refusal.reason;
      return decision.kind === 'serve'
        ? decision.response.contacts.map(({ uri }) => `${uri}`)
        : decision.kind;
    },
  };
}

it.each([
  ['a client', client()],
  ['an edge', throughEdge()],
])(
  'a REGISTER of %s that was held up does not undo the one after it, and one of a new start does',
  async (_, origin) => {
    const { challenge, pass, registers } = start(origin);
    const first = challenge();
    pass(1_000);
    expect(await registers(4, first, 2)).toEqual(['sip:a@192.0.2.1:5064']);
    pass(1_000);
    expect(await registers(3, first, 1)).toBe('registration-out-of-order');
    expect(await registers(2, challenge(), 1)).toEqual(['sip:a@192.0.2.1:5062']);
  },
);
