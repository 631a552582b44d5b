import type { RequestPolicy, RequestView } from './request-policy.ts';

/** One rule every policy must keep. */
export interface RequestPolicyRule {
  readonly title: string;
  /** @throws Error where the policy breaks the rule */
  run(): void;
}

/** How the rules get a policy, and a request on each side of it. */
export interface RequestPolicySetup {
  /** A fresh policy. */
  setup(): RequestPolicy;
  readonly accepted: RequestView;
  readonly refused: RequestView;
}

/**
 * The rules of a request policy, for any test runner:
 * @example
 * ```ts
 * for (const rule of requestPolicyCompliance({ setup, accepted, refused })) it(rule.title, () => rule.run());
 * ```
 */
export function requestPolicyCompliance(options: RequestPolicySetup): readonly RequestPolicyRule[] {
  const { accepted, refused } = options;
  return [
    {
      title: 'answers undefined to a request it does not refuse, each time',
      run() {
        const policy = options.setup();
        for (let time = 0; time < 2; time++) expectOf(policy.judge(accepted), undefined);
      },
    },
    {
      title: 'answers a sentence to a request it refuses, at once',
      run() {
        const answer: unknown = options.setup().judge(refused);
        const sentence = (answer as { sentence?: unknown } | undefined)?.sentence;
        if (typeof sentence !== 'string' || sentence === '')
          throw new Error(`expected { sentence }, found ${describe(answer)}`);
      },
    },
    {
      title: 'does not accept a request because of another that it accepted or refused before',
      run() {
        const policy = options.setup();
        policy.judge(refused);
        expectOf(policy.judge(accepted), undefined);
        if (policy.judge(refused) === undefined) throw new Error('expected a refusal, found none');
      },
    },
  ];
}

function expectOf(found: unknown, expected: undefined): void {
  if (found !== expected) throw new Error(`expected undefined, found ${describe(found)}`);
}

function describe(value: unknown): string {
  return value instanceof Promise ? 'a Promise' : (JSON.stringify(value) ?? 'undefined');
}
