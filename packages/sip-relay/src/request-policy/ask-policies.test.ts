import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { askPolicies } from './ask-policies.ts';
import { FakeRequestPolicy, type RequestPolicy, type RequestView, requestPolicyCompliance } from './index.ts';

const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', {
  headers: { Subject: 'noon' },
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
      expect(seen[0]?.header('subject')).toBe('noon');
      expect(seen[0]?.header('Expires')).toBeUndefined();
    }
  });

  it('refuses with the first refusal, names its plugin, and asks no further', () => {
    const last = new FakeRequestPolicy();
    const refused = askPolicies(request, [
      named(new FakeRequestPolicy(), 'alpha'),
      named(new FakeRequestPolicy(['MESSAGE']), 'beta'),
      named(last, 'gamma'),
    ]);
    expect(refused).toMatchObject({ status: 403, reason: 'refused-by-policy' });
    expect(refused?.message).toBe('plugin beta: MESSAGE is not wanted here');
    expect(last.seen).toEqual([]);
  });

  it.each<[string, (view: RequestView) => unknown]>([
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
    ['answers with a Promise', () => Promise.resolve(undefined)],
    ['answers with a Promise that rejects', () => Promise.reject(new Error('late'))],
    ['answers with null', () => null],
    ['answers with false', () => false],
    ['answers with true', () => true],
    ['answers with an object without a sentence', () => ({})],
  ])('refuses where a policy %s', (_, judge) => {
    expect(askPolicies(request, [answering(judge)])).toMatchObject({
      status: 403,
      reason: 'refused-by-policy',
    });
  });

  it('refuses where a plugin provides what is no policy', () => {
    expect(askPolicies(request, [named(undefined as unknown as RequestPolicy)])?.status).toBe(403);
  });

  it.each<[string, (sentence: string) => unknown]>([
    ['it answers', (sentence) => ({ sentence })],
    [
      'it throws',
      (sentence) => {
        throw new Error(sentence);
      },
    ],
  ])('keeps the sentence %s to one line of bounded length', (_, judge) => {
    const message = askPolicies(request, [
      answering(() => judge(`a\r\nb\u001b[31m\u2028${'x'.repeat(10_000)}`)),
    ])?.message as string;
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
    header: () => undefined,
    body: '',
  });
  const rulesOf = (setup: () => RequestPolicy) =>
    requestPolicyCompliance({ setup, accepted: view('INFO'), refused: view('MESSAGE') });

  for (const rule of rulesOf(() => new FakeRequestPolicy(['MESSAGE']))) it(rule.title, () => rule.run());

  const forgetful = () => {
    const policy = new FakeRequestPolicy(['MESSAGE']);
    return { judge: (one: RequestView) => (policy.seen.length > 0 ? undefined : policy.judge(one)) };
  };
  it.each<[number, string, () => unknown]>([
    [0, 'refuses everything', () => ({ judge: () => ({ sentence: 'no' }) })],
    [1, 'answers later', () => ({ judge: () => Promise.resolve({ sentence: 'no' }) })],
    [2, 'refuses only once', forgetful],
  ])('fail at rule %i where a policy %s', (index, _, setup) => {
    expect(() => rulesOf(setup as () => RequestPolicy)[index]?.run()).toThrow(/expected/);
  });
});
