import type { ResolverZone } from './fake-resolver.ts';
import type { ServiceResolver } from './service-resolver.ts';

/** One rule every resolver must keep. */
export interface ResolverRule {
  /** A sentence for the test runner. */
  readonly title: string;
  /** @throws Error where the resolver breaks the rule */
  run(): Promise<void>;
}

/** A resolver that is tested, and how the servers that it asks are taken away. */
export interface ResolverUnderTest {
  /** Its servers know `complianceZone`. */
  readonly resolver: ServiceResolver;
  /** From now on nobody answers it. */
  takeServersAway(): void | Promise<void>;
  /** Called after each rule, also after one that failed; default nothing. */
  dispose?(): void | Promise<void>;
}

const name = 'contoso.example';
const service = `_sips._tcp.${name}`;

/** What the suite asks about: the servers of the resolver have to know it. */
export const complianceZone: Required<ResolverZone> = {
  naptr: {
    [name]: [
      { flags: 's', service: 'SIPS+D2T', regexp: '', replacement: service, order: 10, preference: 20 },
      {
        flags: 's',
        service: 'SIP+D2T',
        regexp: '',
        replacement: `_sip._tcp.${name}`,
        order: 65_535,
        preference: 0,
      },
    ],
  },
  srv: {
    [service]: [
      { name: `fe1.${name}`, port: 5_061, priority: 0, weight: 65_535 },
      { name: `fe2.${name}`, port: 65_535, priority: 65_535, weight: 0 },
    ],
  },
  a: { [`fe1.${name}`]: ['192.0.2.1', '192.0.2.2'], [`fe2.${name}`]: ['192.0.2.3'] },
  aaaa: { [`fe1.${name}`]: ['2001:db8::1'] },
};

const none = ['ENOTFOUND', 'ENODATA'];
const withTtl = { ttl: true } as const;

/**
 * The rules of a resolver, for any test runner:
 * @example
 * ```ts
 * for (const rule of resolverCompliance(setup)) it(rule.title, () => rule.run());
 * ```
 * @param setup - a resolver whose servers know {@link complianceZone} and nothing else of contoso.example
 */
export function resolverCompliance(
  setup: () => ResolverUnderTest | Promise<ResolverUnderTest>,
): readonly ResolverRule[] {
  const rule = (title: string, check: (one: ResolverUnderTest) => Promise<void>): ResolverRule => ({
    title,
    async run() {
      const one = await setup();
      try {
        await check(one);
      } finally {
        await one.dispose?.();
      }
    },
  });
  return [
    rule('finds every NAPTR record with all its fields', async ({ resolver }) => {
      const found = await resolver.resolveNaptr(name);
      expectSame(found.map(withoutTtl), complianceZone.naptr[name] ?? []);
    }),
    rule('finds every SRV record with all its fields', async ({ resolver }) => {
      const found = await resolver.resolveSrv(service);
      expectSame(found.map(withoutTtl), complianceZone.srv[service] ?? []);
    }),
    rule('finds every address of each family', async ({ resolver }) => {
      const four = await resolver.resolve4(`fe1.${name}`, withTtl);
      expectSame(four.map(addressOf), complianceZone.a[`fe1.${name}`] ?? []);
      const six = await resolver.resolve6(`fe1.${name}`, withTtl);
      expectSame(six.map(addressOf), complianceZone.aaaa[`fe1.${name}`] ?? []);
    }),
    rule('says how long an answer is good in seconds, where it says it', async ({ resolver }) => {
      const found = [
        ...(await resolver.resolveNaptr(name)),
        ...(await resolver.resolveSrv(service)),
        ...(await resolver.resolve4(`fe1.${name}`, withTtl)),
      ];
      for (const one of found) {
        const ttl = typeof one === 'string' ? undefined : one.ttl;
        if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 0))
          throw new Error(`expected seconds, 0 or more, found ${String(ttl)}`);
      }
    }),
    rule('finds names without regard to case (RFC 4343 §3)', async ({ resolver }) => {
      const found = await resolver.resolve4(`FE1.${name.toUpperCase()}`, withTtl);
      expectSame(found.map(addressOf), complianceZone.a[`fe1.${name}`] ?? []);
    }),
    rule(
      'says ENOTFOUND or ENODATA of a name without such records, and of one that does not exist',
      async ({ resolver }) => {
        await expectCode(resolver.resolve6(`fe2.${name}`, withTtl), (code) => none.includes(code));
        await expectCode(resolver.resolveSrv(`_sip._tcp.fe1.${name}`), (code) => none.includes(code));
        await expectCode(resolver.resolveNaptr(`nobody.${name}`), (code) => none.includes(code));
        await expectCode(resolver.resolve4(`nobody.${name}`, withTtl), (code) => none.includes(code));
      },
    ),
    rule(
      'does not say that a name has no records where no server answers',
      async ({ resolver, takeServersAway }) => {
        await takeServersAway();
        // Another name than any that may have been asked before.
        await expectCode(resolver.resolveSrv(`_sips._tcp.other.${name}`), (code) => !none.includes(code));
      },
    ),
  ];
}

function withoutTtl<T extends object>(record: T): Omit<T, 'ttl'> {
  const { ttl: _, ...others } = record as T & { ttl?: number };
  return others;
}

const addressOf = (one: string | { readonly address: string }) =>
  typeof one === 'string' ? one : one.address;

/** In any order, as DNS gives them. */
function expectSame(found: readonly unknown[], expected: readonly unknown[]): void {
  const text = (records: readonly unknown[]) => records.map(sortedFields).sort().join('\n');
  if (text(found) !== text(expected))
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}

function sortedFields(record: unknown): string {
  if (typeof record === 'string') return record.toLowerCase();
  return JSON.stringify(Object.entries(record as object).sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function expectCode(asked: Promise<unknown>, isGood: (code: string) => boolean): Promise<void> {
  const outcome = await asked.then(
    (answer) => `an answer: ${JSON.stringify(answer)}`,
    (error: { code?: unknown }) => String(error.code),
  );
  if (outcome === 'undefined' || outcome.startsWith('an answer') || !isGood(outcome))
    throw new Error(`expected another outcome, found ${outcome}`);
}
