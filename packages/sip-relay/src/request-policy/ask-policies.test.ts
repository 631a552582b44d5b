import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { askPolicies } from './ask-policies.ts';
import { FakeRequestPolicy, type RequestPolicy, type RequestView, requestPolicyCompliance } from './index.ts';
import { policiesOfPlugins } from './policies-of-plugins.ts';

const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', {
  headers: {
    s: 'noon',
    'X-Mood': 'good',
    Authorization: 'Digest response="0"',
    'Proxy-Authorization': 'Digest x="1"',
  },
  body: 'hélas',
});

const named = (policy: RequestPolicy, plugin = 'alpha') => ({ plugin, policy });
const answering = (judge: (view: RequestView) => unknown) => named({ judge } as RequestPolicy);

describe('asking policies about a request', () => {
  it('lets pass what none refuses, and shows each the request', () => {
    const policies = [new FakeRequestPolicy(), new FakeRequestPolicy(['INVITE'])];
    expect(
      askPolicies(
        request,
        policies.map((policy) => named(policy)),
      ),
    ).toBeUndefined();
    for (const { seen } of policies) {
      expect(seen).toMatchObject([
        {
          method: 'MESSAGE',
          uri: 'sip:bob@contoso.example',
          from: '<sip:alice@contoso.example>;tag=1',
          to: '<sip:bob@contoso.example>',
          body: 'hélas',
        },
      ]);
      expect(seen[0]?.headers.subject).toEqual(['noon']);
      expect(seen[0]?.headers['x-mood']).toEqual(['good']);
      expect(seen[0]?.headers.expires).toBeUndefined();
    }
  });

  it('refuses with the first refusal, names its plugin, and asks no further', async () => {
    const last = new FakeRequestPolicy();
    const refused = await askPolicies(request, [
      named(new FakeRequestPolicy(), 'alpha'),
      named(new FakeRequestPolicy(['MESSAGE']), 'beta'),
      named(last, 'gamma'),
    ]);
    expect(refused).toMatchObject({ status: 403, reason: 'refused-by-policy' });
    expect(refused?.message).toBe('plugin beta: MESSAGE is not wanted here');
    expect(last.seen).toEqual([]);
  });

  it('shows no policy what proves a password', () => {
    const policy = new FakeRequestPolicy();
    askPolicies(request, [named(policy)]);
    const names = Object.keys(policy.seen[0]?.headers ?? {});
    expect(names).toEqual(expect.arrayContaining(['via', 'from', 'call-id', 'subject']));
    expect(names.filter((name) => name.includes('authorization'))).toEqual([]);
  });

  const wrong: [string, (view: RequestView) => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    [
      'throws what has no words',
      () => {
        throw Object.create(null);
      },
    ],
    ['answers with a Promise that rejects', () => Promise.reject(new Error('late'))],
    ['answers with null', () => null],
    ['answers with false', () => false],
    ['answers later with true', () => Promise.resolve(true)],
    ['answers with an object without a sentence', () => ({})],
  ];

  it.each(wrong)('refuses where a policy %s', async (_, judge) => {
    const refused = await askPolicies(request, [answering(judge)]);
    expect(refused).toMatchObject({ status: 500, reason: 'policy-unavailable', plugin: 'alpha' });
    expect(refused?.headers).toEqual([['Retry-After', 10]]);
  });

  it.each(wrong)(
    'asks the next one where a policy %s and its operator lets such requests pass',
    async (_, judge) => {
      const passing = { ...answering(judge), onFailure: 'pass' } as const;
      expect(await askPolicies(request, [passing])).toBeUndefined();
      const next = named(new FakeRequestPolicy(['MESSAGE']), 'beta');
      expect(await askPolicies(request, [passing, next])).toMatchObject({ plugin: 'beta' });
    },
  );

  it('waits for a policy that answers later before it asks the next one', async () => {
    const last = new FakeRequestPolicy(['MESSAGE']);
    const asked = askPolicies(request, [answering(() => Promise.resolve(undefined)), named(last, 'beta')]);
    expect(last.seen).toEqual([]);
    expect(await asked).toMatchObject({ reason: 'refused-by-policy', plugin: 'beta' });
  });

  it('refuses where a plugin provides what is no policy', () => {
    expect(askPolicies(request, [named(undefined as unknown as RequestPolicy)])).toMatchObject({
      status: 500,
    });
  });

  it('takes of a plugin in a process of its own what a policy may answer, and nothing else', async () => {
    const saying = (value: unknown) =>
      policiesOfPlugins({
        calls: () => [
          {
            plugin: 'alpha',
            onFailure: 'refuse',
            call: async (_port, _method, _view, accept) => accept(value),
          },
        ],
      });
    expect(await askPolicies(request, saying(undefined))).toBeUndefined();
    expect(await askPolicies(request, saying({ sentence: 'no' }))).toMatchObject({
      reason: 'refused-by-policy',
    });
    expect(await askPolicies(request, saying({ accept: true }))).toMatchObject({
      reason: 'policy-unavailable',
    });
  });

  it.each<[string, (sentence: string) => unknown]>([
    ['it answers', (sentence) => ({ sentence })],
    [
      'it throws',
      (sentence) => {
        throw new Error(sentence);
      },
    ],
  ])('keeps the sentence %s to one line of bounded length', async (_, judge) => {
    const refused = await askPolicies(request, [
      answering(() => judge(`a\r\nb\u001b[31m\u2028${'x'.repeat(10_000)}`)),
    ]);
    const message = refused?.message as string;
    expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(message.length).toBeLessThan(300);
  });
});

describe('the rules of a request policy', () => {
  const view = (method: string): RequestView => ({
    method,
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>',
    to: '<sip:bob@contoso.example>',
    headers: { subject: ['noon'] },
    body: '',
  });
  const rulesOf = (setup: () => RequestPolicy, timeLimitMs = 500) =>
    requestPolicyCompliance({ setup, timeLimitMs, accepted: view('INFO'), refused: view('MESSAGE') });

  for (const rule of rulesOf(() => new FakeRequestPolicy(['MESSAGE']))) it(rule.title, () => rule.run());
  const late = {
    judge: async ({ method }: RequestView) => (method === 'MESSAGE' ? { sentence: 'no' } : undefined),
  };
  for (const rule of rulesOf(() => late)) it(`${rule.title}, also where it answers later`, () => rule.run());

  const forgetful = () => {
    const policy = new FakeRequestPolicy(['MESSAGE']);
    return { judge: (one: RequestView) => (policy.seen.length > 0 ? undefined : policy.judge(one)) };
  };
  const mixing = () => {
    let last: RequestView | undefined;
    return {
      async judge(one: RequestView) {
        last = one;
        await Promise.resolve();
        return last.method === 'MESSAGE' ? { sentence: 'no' } : undefined;
      },
    };
  };
  const strict = () => ({
    judge({ headers, method }: RequestView) {
      if (headers.subject?.[0]?.length === undefined) throw new TypeError('no subject');
      return method === 'MESSAGE' ? { sentence: 'no' } : undefined;
    },
  });
  const greedy = () => ({
    judge(one: RequestView) {
      (one as { body: string }).body = '';
      return one.method === 'MESSAGE' ? { sentence: 'no' } : undefined;
    },
  });
  it.each<[number, string, () => unknown]>([
    [0, 'refuses everything', () => ({ judge: () => ({ sentence: 'no' }) })],
    [0, 'never answers', () => ({ judge: () => new Promise(() => {}) })],
    [0, 'answers with null', () => ({ judge: () => null })],
    [0, 'writes to what it sees', greedy],
    [1, 'says nothing', () => ({ judge: () => ({ sentence: '' }) })],
    [1, 'answers what does not leave its process', () => ({ judge: () => ({ sentence: () => 'no' }) })],
    [2, 'refuses only once', forgetful],
    [3, 'takes one request for another', mixing],
    [4, 'knows only the requests that it expects', strict],
  ])('fail at rule %i where a policy %s', async (index, _, setup) => {
    await expect(rulesOf(setup as () => RequestPolicy, 50)[index]?.run()).rejects.toThrow(
      /expected|read only|no subject/,
    );
  });

  it('dispose of each policy that they have set up', async () => {
    let open = 0;
    const rules = requestPolicyCompliance({
      setup: () => {
        open++;
        return new FakeRequestPolicy(['MESSAGE']);
      },
      teardown: () => void open--,
      accepted: view('INFO'),
      refused: view('MESSAGE'),
    });
    for (const rule of rules) await rule.run();
    expect(open).toBe(0);
  });
});
