import type { RequestPolicy, RequestView } from './request-policy.ts';

/** One rule every policy must keep. */
export interface RequestPolicyRule {
  /** A sentence for the test runner. */
  readonly title: string;
  /** @throws Error where the policy breaks the rule */
  run(): Promise<void>;
}

/** How the rules get a policy, and a request on each side of it. */
export interface RequestPolicySetup {
  /** A fresh policy. */
  setup(): RequestPolicy | Promise<RequestPolicy>;
  /** Called with each policy when its rule has run. */
  teardown?(policy: RequestPolicy): void | Promise<void>;
  /** A request that the policy has to accept. */
  readonly accepted: RequestView;
  /** A request that the policy has to refuse. */
  readonly refused: RequestView;
  /** Milliseconds in which it has to answer. Default 500, as a server gives it. */
  readonly timeLimitMs?: number;
}

const defaultLimitMs = 500;
/** Requests that are under way at the same time. */
const together = 50;

/**
 * The rules of a request policy, for any test runner:
 * @example
 * ```ts
 * for (const rule of requestPolicyCompliance({ setup, accepted, refused })) it(rule.title, () => rule.run());
 * ```
 * @param options - the policy, and a request on each side of it. A policy that counts, such as a limit on the rate, gets views that its count
 *   does not change
 */
export function requestPolicyCompliance(options: RequestPolicySetup): readonly RequestPolicyRule[] {
  const { accepted, refused, timeLimitMs = defaultLimitMs } = options;
  const rule = (title: string, check: (judge: (view: RequestView) => Promise<unknown>) => Promise<void>) => ({
    title,
    async run() {
      const policy = await options.setup();
      try {
        await check((view) =>
          inTime(async () => overTheWire(await policy.judge(frozenCopy(view))), timeLimitMs),
        );
      } finally {
        await options.teardown?.(policy);
      }
    },
  });
  return [
    rule('answers undefined to a request it does not refuse, each time', async (judge) => {
      for (let time = 0; time < 2; time++) expectNoOpinion(await judge(accepted));
    }),
    rule('answers a sentence to a request it refuses', async (judge) => expectRefusal(await judge(refused))),
    rule('does not accept a request because of another that it accepted or refused before', async (judge) => {
      await judge(refused);
      expectNoOpinion(await judge(accepted));
      expectRefusal(await judge(refused));
    }),
    rule(
      'answers each of many requests that are under way at the same time with its own answer',
      async (judge) => {
        const views = Array.from({ length: together }, (_, index) => (index % 2 === 0 ? accepted : refused));
        const answers = await Promise.all(views.map((view) => judge(view)));
        for (const [index, answer] of answers.entries())
          (index % 2 === 0 ? expectNoOpinion : expectRefusal)(answer);
      },
    ),
    rule('has an answer to a request of which it knows nothing', async (judge) => {
      const strange = {
        method: 'STRANGE',
        uri: 'tel:+12015550123',
        from: '',
        to: '',
        headers: {},
        body: '\u0000',
      };
      const answer = await judge(strange);
      if (answer !== undefined) expectRefusal(answer);
    }),
  ];
}

/** As it gets it: a policy that changes what it sees breaks here. */
function frozenCopy(view: RequestView): RequestView {
  const headers = Object.fromEntries(
    Object.entries(view.headers).map(([name, values]) => [name, Object.freeze([...values])]),
  );
  return Object.freeze({ ...view, headers: Object.freeze(headers) });
}

/** What is left of an answer between two processes. */
function overTheWire(answer: unknown): unknown {
  const text = JSON.stringify({ answer });
  return (JSON.parse(text) as { answer?: unknown }).answer;
}

async function inTime<T>(work: () => Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`expected an answer within ${limitMs} ms, found none`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function expectNoOpinion(found: unknown): void {
  if (found !== undefined) throw new Error(`expected undefined, found ${JSON.stringify(found)}`);
}

function expectRefusal(answer: unknown): void {
  const sentence = (answer as { sentence?: unknown } | undefined)?.sentence;
  if (typeof sentence !== 'string' || sentence === '')
    throw new Error(`expected { sentence }, found ${JSON.stringify(answer)}`);
}
