import type { TopologyVersions } from '../topology-versions.ts';

/** Versions for one compliance rule, which may add to them. */
export interface VersionsUnderTest {
  /** Empty at the start. */
  readonly versions: TopologyVersions;
  /** Ends them as a crash would, and opens them again from what was stored. Absent where they are not durable. */
  readonly reopen?: () => Promise<TopologyVersions>;
}

/** One rule for everything that keeps versions of a topology. */
export interface VersionsRule {
  /** Stable literal. */
  readonly id: string;
  /** The rule as a sentence, for the title of a test. */
  readonly rule: string;
  /** Whether the rule needs {@link VersionsUnderTest.reopen}. */
  readonly durable: boolean;
  /** Resolves if the rule holds, rejects with the breach if not. */
  readonly check: (subject: VersionsUnderTest) => Promise<void>;
}

/**
 * Every rule that an implementation of {@link TopologyVersions} must pass. Run each one against fresh, empty versions with any test runner.
 * @param options - `durable: false` leaves out the rules about a crash
 */
export function topologyVersionsCompliance(options: { readonly durable: boolean }): readonly VersionsRule[] {
  return options.durable ? rules : rules.filter((rule) => !rule.durable);
}

const texts = ['{"document":{"title":"ä\\u0000\\n"}}', '{}', 'x'.repeat(300_000)];

const rules: readonly VersionsRule[] = [
  {
    id: 'reads-what-was-added',
    rule: 'gives each text back as it was added, and no other version',
    durable: false,
    async check({ versions }) {
      for (const [index, text] of texts.entries()) await versions.add(index + 1, text);
      for (const [index, text] of texts.entries())
        must((await versions.read(index + 1)) === text, `changed text ${index + 1}`);
      must((await versions.read(4)) === undefined, 'has a version that nobody added');
      must((await versions.read(0)) === undefined, 'has a version 0');
    },
  },
  {
    id: 'ascending',
    rule: 'lists its numbers in ascending order, whatever order they came in',
    durable: false,
    async check({ versions }) {
      must((await versions.numbers()).length === 0, 'is not empty at the start');
      for (const version of [10, 2, 9]) await versions.add(version, `${version}`);
      must((await versions.numbers()).join() === '2,9,10', `lists ${(await versions.numbers()).join()}`);
    },
  },
  {
    id: 'stays-as-it-is',
    rule: 'keeps a version as it is: the same text again does nothing, another one is refused',
    durable: false,
    async check({ versions }) {
      await versions.add(1, 'first');
      await versions.add(1, 'first');
      const fault = await versions.add(1, 'other').then(
        () => undefined,
        (error: unknown) => error as { code?: unknown; remedy?: unknown },
      );
      must(typeof fault?.code === 'string' && typeof fault.remedy === 'string', 'took another text');
      must((await versions.read(1)) === 'first', 'changed the text');
      must((await versions.numbers()).join() === '1', 'lists the version twice');
    },
  },
  {
    id: 'survives-a-crash',
    rule: 'still has every version that was acknowledged after a crash',
    durable: true,
    async check({ reopen, versions }) {
      if (reopen === undefined) throw new Error('the versions under test cannot be reopened');
      await Promise.all([1, 2, 3].map((version) => versions.add(version, `text ${version}`)));
      const after = await reopen();
      must((await after.numbers()).join() === '1,2,3', 'lost a version');
      must((await after.read(2)) === 'text 2', 'lost a text');
    },
  },
];

function must(condition: boolean, breach: string): void {
  if (!condition) throw new Error(breach);
}
