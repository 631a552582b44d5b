import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crlsFrom } from '@entente/trust/node';
import {
  FakeRevocationSource,
  type RevocationKnowledge,
  type RevocationSource,
  type RevocationSourceUnderTest,
  revocationSourceCompliance,
} from '@entente/trust/revocation-source';
import { decodeCrl } from '@entente/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { makeRoot } from './making/certificates.ts';
import { makeCrl } from './making/crls.ts';

const issuer = makeRoot('root');
const lists = { first: makeCrl({ issuer }).der, second: makeCrl({ issuer, number: 2 }).der };

function knowing(der: Uint8Array): RevocationKnowledge {
  const decoded = decodeCrl(der);
  if (!decoded.ok) throw new Error('expected a CRL');
  return { crls: [decoded.value] };
}

const underTest = (
  change: (fake: FakeRevocationSource) => Partial<RevocationSource> = () => ({}),
): RevocationSourceUnderTest => {
  const fake = new FakeRevocationSource();
  let disposed = false;
  const source: RevocationSource = {
    get current() {
      return fake.current;
    },
    onChange: (listener) => fake.onChange(listener),
    [Symbol.asyncDispose]: async () => {
      disposed = true;
      await fake[Symbol.asyncDispose]();
    },
  };
  return {
    source: Object.defineProperties(source, Object.getOwnPropertyDescriptors(change(fake))),
    publish: (der) => {
      if (!disposed) fake.publish(knowing(der));
    },
  };
};

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('the rules of a revocation source', () => {
  for (const rule of revocationSourceCompliance(() => underTest(), lists))
    it(`hold for the fake: ${rule.title}`, () => rule.run());

  it('hold for lists in a folder, of which one is replaced or damaged', async () => {
    const files = async (): Promise<RevocationSourceUnderTest> => {
      const folder = await mkdtemp(join(tmpdir(), 'entente-revocation-'));
      let noticed = () => {};
      const source = await crlsFrom(folder, { intervalMs: 5, onFault: () => noticed() });
      const put = async (bytes: Uint8Array) => {
        await writeFile(`${folder}.new`, bytes);
        await rename(`${folder}.new`, join(folder, 'list.crl'));
      };
      return {
        source: {
          get current() {
            return source.current;
          },
          onChange: (listener) => source.onChange(listener),
          async [Symbol.asyncDispose]() {
            await source[Symbol.asyncDispose]();
            folders.push(folder);
          },
        },
        publish: put,
        publishMalformed: async () => {
          const seen = new Promise<void>((resolve) => {
            noticed = resolve;
          });
          await put(Buffer.from('30030101ff', 'hex'));
          await seen;
        },
      };
    };
    for (const rule of revocationSourceCompliance(files, lists)) await rule.run();
  });

  const held: RevocationKnowledge = { crls: [] };
  it.each<[number, string, (fake: FakeRevocationSource) => Partial<RevocationSource>]>([
    [0, 'has nothing at first', () => ({ current: undefined as never })],
    [
      1,
      'is late: the value is in force after the call',
      (fake) => ({
        onChange: (listener) => fake.onChange((current) => listener({ ...current })),
      }),
    ],
    [1, 'never has another value', () => ({ current: held })],
    [
      1,
      'calls twice for one change',
      (fake) => ({
        onChange(listener) {
          const removals = [fake.onChange(listener), fake.onChange(listener)];
          return () => removals.forEach((remove) => void remove());
        },
      }),
    ],
    [
      2,
      'changes the object that it has given',
      (fake) => {
        const one = { crls: [] as RevocationKnowledge['crls'] };
        fake.onChange(({ crls }) => Object.assign(one, { crls }));
        return { current: one };
      },
    ],
    [
      3,
      'removes no listener',
      (fake) => ({
        onChange(listener) {
          fake.onChange(listener);
          return () => {};
        },
      }),
    ],
    [
      4,
      'goes on after disposal',
      (fake) => {
        const listeners: ((current: RevocationKnowledge) => void)[] = [];
        return {
          onChange(listener) {
            listeners.push(listener);
            return fake.onChange(listener);
          },
          async [Symbol.asyncDispose]() {
            for (const listener of listeners) listener(fake.current);
          },
        };
      },
    ],
    [
      4,
      'forgets at disposal what it knew',
      (fake) => ({
        async [Symbol.asyncDispose]() {
          fake.publish({ crls: [] });
          await fake[Symbol.asyncDispose]();
        },
      }),
    ],
  ])('fail at rule %i where a source %s', async (index, _, change) => {
    await expect(revocationSourceCompliance(() => underTest(change), lists)[index]?.run()).rejects.toThrow();
  });
});
