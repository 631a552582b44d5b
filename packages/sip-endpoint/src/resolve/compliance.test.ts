import { describe, expect, it } from 'vitest';
import {
  complianceZone,
  FakeResolver,
  type ResolverUnderTest,
  resolverCompliance,
  type ServiceResolver,
} from './index.ts';

const underTest = (
  change: (fake: FakeResolver) => Partial<ServiceResolver> = () => ({}),
): ResolverUnderTest => {
  const fake = new FakeResolver(complianceZone);
  const resolver: ServiceResolver = {
    resolveNaptr: (name) => fake.resolveNaptr(name),
    resolveSrv: (name) => fake.resolveSrv(name),
    resolve4: (name) => fake.resolve4(name),
    resolve6: (name) => fake.resolve6(name),
    ...change(fake),
  };
  return {
    resolver,
    takeServersAway: () => {
      fake.isDown = true;
    },
  };
};

describe('the rules of a resolver', () => {
  for (const rule of resolverCompliance(() => underTest()))
    it(`hold for the fake: ${rule.title}`, () => rule.run());

  const nothing = async () => [];
  const caught = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
  it.each<[number, string, (fake: FakeResolver) => Partial<ServiceResolver>]>([
    [
      0,
      'leaves a record out',
      (fake) => ({ resolveNaptr: async (name) => (await fake.resolveNaptr(name)).slice(1) }),
    ],
    [
      0,
      'calls a field otherwise',
      (fake) => ({
        resolveNaptr: async (name) =>
          (await fake.resolveNaptr(name)).map(({ order, ...others }) => ({
            ...others,
            priority: order,
          })) as never,
      }),
    ],
    [
      1,
      'gives the port as text',
      (fake) => ({
        resolveSrv: async (name) =>
          (await fake.resolveSrv(name)).map((one) => ({ ...one, port: String(one.port) })) as never,
      }),
    ],
    [
      2,
      'gives one address',
      (fake) => ({ resolve4: async (name) => (await fake.resolve4(name)).slice(0, 1) }),
    ],
    [2, 'gives IPv4 for IPv6', (fake) => ({ resolve6: (name) => fake.resolve4(name) })],
    [
      3,
      'gives milliseconds with a part',
      (fake) => ({
        resolve4: async (name) => (await fake.resolve4(name)).map((one) => ({ ...one, ttl: 0.06 })),
      }),
    ],
    [
      4,
      'looks at case',
      (fake) => ({
        resolve4: (name) => (name === name.toLowerCase() ? fake.resolve4(name) : caught('ENOTFOUND')()),
      }),
    ],
    [
      5,
      'gives no records instead of an error',
      (fake) => ({ resolveSrv: (name) => fake.resolveSrv(name).catch(nothing) }),
    ],
    [5, 'throws without a code', () => ({ resolve4: () => Promise.reject(new Error('none')) })],
    [
      6,
      'takes silence for an answer',
      (fake) => ({ resolveSrv: (name) => fake.resolveSrv(name).catch(caught('ENOTFOUND')) }),
    ],
  ])('fail at rule %i where a resolver %s', async (index, _, change) => {
    await expect(resolverCompliance(() => underTest(change))[index]?.run()).rejects.toThrow(
      /expected|ENOTFOUND/,
    );
  });
});
