import https from 'node:https';
import { createTestAuthority } from '@entente/testkit';
import { httpClient, serve, systemClock } from '@entente/tls';
import {
  type PushAnswer,
  type PushedRequest,
  parsePushAnswer,
  pushedStatusHeader,
  pushPaths,
} from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerPushes } from '../src/push/answer-pushes.ts';
import { PushedRequests } from '../src/push/pushed-requests.ts';
import { showsCurrent } from '../src/push/shows-current.ts';
import { startMember } from './hostile-authority.ts';
import { administrator, listOf, signed } from './sample-domain.ts';
import { nameList, stateSigner } from './sample-states.ts';

/** Far below that of a program, and above everything that the test pushes. */
const maxAnswerBytes = 200_000;
const memberName = 'fe1.contoso.example';

/** What an authority pushes as the answer to a path; a status alone, where it is a number. */
type Pushed = string | Uint8Array | number;

describe('a member to which its authority pushes', () => {
  let member: Awaited<ReturnType<typeof startMember>>;
  let pushed: PushedRequests;
  let exchange: (path: string, init?: RequestInit) => Promise<Response>;
  const stops: (() => unknown)[] = [];
  beforeEach(async () => {
    pushed = new PushedRequests({ openMs: () => 240_000, clock: systemClock });
    member = await startMember({}, undefined, pushed);
    const { authorityIdentity, follower, identity, state, trust } = member;
    const handle = answerPushes({
      requests: pushed,
      refresh: () => follower.refresh(),
      holds: () => state.trustState?.sequence,
      showsCurrent: (incoming) => showsCurrent(incoming, identity),
      clock: systemClock,
      maxAnswerBytes,
    });
    const server = await serve(
      https,
      { trust, identity, allow: ['ca.contoso.example'], host: '127.0.0.1', limits: { drainTimeoutMs: 0 } },
      (incoming, outgoing) => void handle(incoming, outgoing),
    );
    const client = httpClient({
      trust,
      identity: authorityIdentity,
      allow: [memberName],
      addresses: new Map([[memberName, '127.0.0.1']]),
    });
    exchange = (path, init = {}) =>
      client.fetch(new Request(`https://${memberName}:${server.port}${path}`, { method: 'POST', ...init }));
    stops.push(
      () => server.close(),
      () => client[Symbol.dispose](),
    );
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await member[Symbol.asyncDispose]();
  });

  const read = async (response: Response): Promise<PushAnswer> => {
    const answer = parsePushAnswer(await response.text());
    if (answer === undefined) throw new Error(`status ${response.status}`);
    return answer;
  };
  const sendAnswer = async ({ id }: PushedRequest, pushedNow: Pushed): Promise<PushAnswer> => {
    const status = typeof pushedNow === 'number' ? pushedNow : 200;
    const body = typeof pushedNow === 'number' ? '' : new Uint8Array(Buffer.from(pushedNow));
    const headers = { [pushedStatusHeader]: String(status) };
    return read(await exchange(pushPaths.answers + id, { body, headers }));
  };
  /** A whole push. @returns what was asked for */
  const push = async (answers: Record<string, Pushed>): Promise<readonly string[]> => {
    const asked: string[] = [];
    let answer = await read(await exchange(pushPaths.begin));
    const wanted = [...answer.requests];
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
      asked.push(next.path);
      answer = await sendAnswer(next, answers[next.path] ?? (next.path === '/standing' ? 204 : 404));
      wanted.push(...answer.requests);
    }
    expect(answer).toMatchObject({ isDone: true, holds: member.state.trustState?.sequence ?? null });
    return asked;
  };
  const good = () => ({
    '/state': member.stateText(),
    [member.listPath]: list.der,
    '/topology': member.signed(member.first),
  });
  let list: Awaited<ReturnType<typeof listOf>>;
  const refusals = () =>
    member.lines
      .filter(({ event }) => event?.endsWith('-refused'))
      .map(({ event, reason }) => `${event} ${reason}`);
  beforeEach(async () => {
    list = await listOf(member.root, { number: 2 });
    member.namesList(list);
  });

  it('asks nothing over a connection that was made before its certificate was replaced', async () => {
    expect(await push(good())).toContain('/state');
    const { chainPem, keyPem } = await member.root.issue({ dnsNames: [memberName] });
    await member.identity.replace({ certificate: chainPem, key: keyPem });
    pushed.replaced();
    const kept = await exchange(pushPaths.begin);
    await kept.arrayBuffer();
    expect(kept.status).toBe(421);
    expect(pushed.isAttended).toBe(false);
    expect(await push(good()), 'over the next one').toContain('/state');
  });

  it('asks for what it does not have, and for nothing else; then it says how it stands', async () => {
    expect(await push(good())).toEqual(['/state', member.listPath, '/domain-keys', '/standing']);
    expect(member.state.lists.map(({ crlNumber }) => crlNumber)).toEqual([2n]);
    expect(await push(good()), 'the list is in force now').toEqual(['/state', '/domain-keys', '/standing']);
    const next = member.next();
    member.names(next);
    expect(await push({ ...good(), '/topology': member.signed(next) })).toContain('/topology');
    expect(member.version()).toBe(2);
    expect(refusals()).toEqual([
      'domain-keys-refused undefined',
      'domain-keys-refused undefined',
      'domain-keys-refused undefined',
    ]);
    expect(member.asked, 'and it has opened no connection').toEqual([]);
  });

  it.each<[string, string, () => Promise<Record<string, Pushed>>]>([
    [
      'a state that is played back',
      'trust-state-refused replayed',
      async () => ({ '/state': member.stateText({ sequence: 5 }) }),
    ],
    [
      'a state that somebody else has signed',
      'trust-state-refused signer-refused',
      async () => ({
        '/state': member.stateText({}, await stateSigner(await createTestAuthority('Contoso Root'))),
      }),
    ],
    [
      'a state that was changed',
      'trust-state-refused signature-invalid',
      async () => {
        const [header, payload, signature] = member.stateText().split('.') as [string, string, string];
        const other = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('example', 'exemple'));
        return { '/state': [header, other.toString('base64url'), signature].join('.') };
      },
    ],
    [
      'an old list in the place of the one that the state names',
      'revocation-list-refused replayed',
      async () => {
        member.namesList(await listOf(member.root, { number: 3 }));
        return { '/state': member.stateText(), [member.listPath]: list.der };
      },
    ],
    [
      'a list that our authority has not signed',
      'revocation-list-refused signature-invalid',
      async () => {
        const forged = await listOf(await createTestAuthority('Contoso Root'), { number: 3 });
        member.namesList(await listOf(member.root, { number: 3 }));
        return { '/state': member.stateText(), [member.listPath]: forged.der };
      },
    ],
    [
      'a topology that our administrators have not signed',
      'topology-refused signature-invalid',
      async () => {
        const next = member.next();
        member.names(next);
        return { '/state': member.stateText(), '/topology': signed(next, administrator('one').signer) };
      },
    ],
    ['an answer that is none', 'authority-answer-refused status-500', async () => ({ '/state': 500 })],
  ])('refuses %s as one that it has fetched: %s', async (_, refusal, answers) => {
    await push(good());
    const { lists, topology, trustState } = member.state;
    const numbers = lists.map(({ crlNumber }) => crlNumber);
    await push(await answers());
    expect(refusals()).toContain(refusal);
    expect(member.state.lists.map(({ crlNumber }) => crlNumber)).toEqual(numbers);
    expect(member.state.topology).toBe(topology);
    expect(member.state.trustState?.sequence).toBeGreaterThanOrEqual(trustState?.sequence ?? 0);
  });

  it('takes no answer to what it has not asked for', async () => {
    const unknown: PushedRequest = { id: 'f'.repeat(32), method: 'GET', path: '/state', headers: {} };
    await push(good());
    const before = member.state.trustState?.sequence;
    expect(await sendAnswer(unknown, member.stateText())).toMatchObject({ requests: [] });
    expect(member.state.trustState?.sequence).toBe(before);
  });

  it('refuses an answer without a status, and what is no push', async () => {
    const { status } = await exchange(`${pushPaths.answers}${'f'.repeat(32)}`, { body: 'x' });
    expect(status).toBe(400);
    expect((await exchange('/state', { body: member.stateText() })).status).toBe(404);
    expect((await exchange(pushPaths.begin, { method: 'GET' })).status).toBe(404);
  });

  it('reads no answer that is longer than the longest list', async () => {
    const { requests } = await read(await exchange(pushPaths.begin));
    const { id } = requests[0] as PushedRequest;
    const tooLong = 'x'.repeat(maxAnswerBytes + 1);
    const headers = { [pushedStatusHeader]: '200' };
    const refused = await exchange(pushPaths.answers + id, { body: tooLong, headers }).then(
      ({ status }) => status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(refused);
    expect(await push(good())).toContain('/state');
  });

  it('goes on with the next push where the authority hung up in the middle of one', async () => {
    const begun = await read(await exchange(pushPaths.begin));
    expect(begun.requests.map(({ path }) => path)).toEqual(['/state']);
    expect(await push(good()), 'the question is asked once more').toContain('/state');
    expect(member.state.trustState).toBeDefined();
    expect(nameList(member.root, list).number).toBe(2);
  });
});
