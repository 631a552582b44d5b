import type { RevocationKnowledge } from '../../knowledge/revocation-knowledge.ts';
import type { RevocationSource } from './revocation-source.ts';

/** One rule every source must keep. */
export interface RevocationSourceRule {
  /** What the source does, for the name of a test. */
  readonly title: string;
  /** @throws Error where the source breaks the rule */
  run(): Promise<void>;
}

/** A source that is tested, and how it gets something new. */
export interface RevocationSourceUnderTest {
  /** A source that knows nothing yet; it is disposed of at the end of each rule. */
  readonly source: RevocationSource;
  /**
   * Makes a list, and then no other, what there is to know.
   * @param der - a CRL
   */
  publish(der: Uint8Array): void | Promise<void>;
  /** Puts there what is not a CRL; absent where the source cannot get such a thing. */
  publishMalformed?(): void | Promise<void>;
}

/** Two lists that differ, DER: of any issuer. */
export interface RevocationLists {
  /** Published first. */
  readonly first: Uint8Array;
  /** Published after `first`; it has to differ from it. */
  readonly second: Uint8Array;
}

/**
 * The rules of a revocation source, for any test runner:
 * @example
 * ```ts
 * for (const rule of revocationSourceCompliance(setup, lists)) it(rule.title, () => rule.run());
 * ```
 * @param setup - a source that knows nothing yet, with what fills it
 * @param lists - two CRLs
 */
export function revocationSourceCompliance(
  setup: () => RevocationSourceUnderTest | Promise<RevocationSourceUnderTest>,
  lists: RevocationLists,
): readonly RevocationSourceRule[] {
  const rule = (
    title: string,
    check: (one: RevocationSourceUnderTest) => Promise<void>,
  ): RevocationSourceRule => ({
    title,
    async run() {
      const one = await setup();
      try {
        await check(one);
      } finally {
        await one.source[Symbol.asyncDispose]();
      }
    },
  });
  return [
    rule('has a value at once, also where nothing is known', async ({ source }) =>
      expectLists(source.current, []),
    ),
    rule('tells a listener of each new value once it is in force', async ({ publish, source }) => {
      const told: boolean[] = [];
      source.onChange((current) => told.push(current === source.current));
      for (const list of [lists.first, lists.second]) {
        await changed(source, () => publish(list));
        expectLists(source.current, [list]);
      }
      if (told.length !== 2 || told.includes(false))
        throw new Error(`expected 2 calls with the value in force, found ${JSON.stringify(told)}`);
    }),
    rule(
      'gives a new object for each change, and leaves the one before as it was',
      async ({ publish, source }) => {
        await changed(source, () => publish(lists.first));
        const before = source.current;
        await changed(source, () => publish(lists.second));
        if (before === source.current) throw new Error('expected a new object, found the same');
        expectLists(before, [lists.first]);
      },
    ),
    rule('tells a listener no more once it was removed, and others still', async ({ publish, source }) => {
      let calls = 0;
      const remove = source.onChange(() => calls++);
      remove();
      await changed(source, () => publish(lists.first));
      if (calls !== 0) throw new Error(`expected no call of a listener that was removed, found ${calls}`);
    }),
    rule(
      'keeps its value once it is disposed of, also twice, and tells nobody',
      async ({ publish, source }) => {
        await changed(source, () => publish(lists.first));
        let calls = 0;
        source.onChange(() => calls++);
        await source[Symbol.asyncDispose]();
        await source[Symbol.asyncDispose]();
        await publish(lists.second);
        if (calls !== 0) throw new Error(`expected no call after disposal, found ${calls}`);
        expectLists(source.current, [lists.first]);
      },
    ),
    rule(
      'stays with what it knew where what is new is not a list',
      async ({ publish, publishMalformed, source }) => {
        await changed(source, () => publish(lists.first));
        if (publishMalformed === undefined) return;
        await publishMalformed();
        expectLists(source.current, [lists.first]);
        await changed(source, () => publish(lists.second));
        expectLists(source.current, [lists.second]);
      },
    ),
  ];
}

/** Milliseconds in which a source has to know what was published. */
const noticeMs = 10_000;

/** Publishes, and waits until the source says that it has another value. */
async function changed(source: RevocationSource, publish: () => void | Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const told = new Promise<void>((resolve, reject) => {
    const remove = source.onChange(() => {
      remove();
      resolve();
    });
    timer = setTimeout(
      () => reject(new Error(`expected a call of the listener within ${noticeMs} ms, found none`)),
      noticeMs,
    );
  });
  try {
    await publish();
    await told;
  } finally {
    clearTimeout(timer);
  }
}

function expectLists({ crls }: RevocationKnowledge, expected: readonly Uint8Array[]): void {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const found = crls.map(({ der }) => hex(der)).sort();
  if (found.join() === expected.map(hex).sort().join()) return;
  throw new Error(`expected ${expected.length} lists, found ${found.length}, or others`);
}
