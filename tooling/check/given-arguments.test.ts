import * as accounts from '@entente/accounts';
import * as directory from '@entente/accounts/directory';
import * as feed from '@entente/accounts/feed';
import * as importing from '@entente/accounts/import';
import * as web from '@entente/accounts/web';
import * as federation from '@entente/federation';
import * as sip from '@entente/sip';
import { sampleTopology } from '@entente/testkit/topology';
import * as topology from '@entente/topology';
import * as versions from '@entente/topology/versions';
import * as x509 from '@entente/x509';
import { describe, expect, it } from 'vitest';

/** What a caller without a compiler gives: nothing, the wrong kind, or the right thing and then nothing of use. */
const wrong: readonly unknown[] = [undefined, null, 7, 'x', {}, [], () => undefined];
const sample = sampleTopology();
const request = sip.createRequest({
  method: 'INVITE',
  uri: 'sip:bob@contoso.example',
  from: '<sip:alice@contoso.example>;tag=1',
  to: '<sip:bob@contoso.example>',
  callId: 'a',
  cseq: 1,
});
const response = sip.createResponse(request, 200);
const right: readonly unknown[] = [
  'alice@contoso.example',
  sample,
  sample.document,
  'edge1.contoso.example',
  request,
  response,
];
const lists: readonly (readonly unknown[])[] = [
  [],
  ...wrong.map((value) => [value]),
  ...wrong.map((value) => [value, value, value]),
  ...[...right, {}, 'x'].flatMap((first) => wrong.map((value) => [first, value])),
  ...right.flatMap((first) => right.map((second) => [first, second])),
];

/** What is thrown without a code, with the first arguments that do it. */
async function uncoded(call: (args: readonly unknown[]) => unknown): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const args of lists) {
    try {
      await call(args);
    } catch (error) {
      const { code, message, place, remedy } = error as Record<string, unknown>;
      const isFault = [code, place, remedy].every((part) => typeof part === 'string' && part !== '');
      if (!isFault) found.set(`${message}`, `(${args.map(shown).join(', ')}): ${message}`);
    }
  }
  return [...found.values()];
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.keys(value).join('+') : `${value}`;
}

/** Faults are made by the packages, never by who uses them. */
const isOfCaller = (name: string): boolean => !/(?:Fault|Error)$/.test(name);

function called(of: object): readonly [string, (args: readonly unknown[]) => unknown][] {
  return Object.entries(of)
    .filter((entry): entry is [string, (...args: unknown[]) => unknown] => typeof entry[1] === 'function')
    .filter(([name]) => isOfCaller(name))
    .map(([name, value]) => [
      name,
      /^class\b/.test(Function.prototype.toString.call(value))
        ? (args) => Reflect.construct(value, args)
        : (args) => value(...args),
    ]);
}

const entries: readonly [string, object][] = [
  ['accounts', accounts],
  ['accounts/directory', directory],
  ['accounts/feed', feed],
  ['accounts/import', importing],
  ['accounts/web', web],
  ['federation', federation],
  ['sip', sip],
  ['topology', topology],
  ['topology/versions', versions],
  ['x509', x509],
];

describe.each(entries)('a wrong argument of @entente/%s', (_, of) => {
  it.each(called(of))('is a fault with code, place and remedy: %s', async (_name, call) => {
    expect(await uncoded(call)).toEqual([]);
  });
});

describe('an import and a copy of accounts', () => {
  it.each(['Replace', 'skip', null])('overwrite nothing where existing is %o', async (existing) => {
    const from = directory.createMemoryDirectory();
    const to = directory.createMemoryDirectory();
    const address = 'alice@contoso.example';
    const account = { address, verifiers: {}, state: 'enabled', rights: [] } as const;
    await from.put({ ...account, number: '+15550001' }, 'absent');
    await to.put(account, 'absent');
    const fault = { code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT' };
    const options = { existing } as never;
    await expect(importing.copyAccounts(from, to, options)).rejects.toMatchObject(fault);
    const read = importing.readAccountsCsv(`address,number\n${address},+15550001\n`);
    await expect(importing.importAccounts(to, read.accounts, options)).rejects.toMatchObject(fault);
    expect((await to.find(address))?.account).toEqual(account);
  });
});

describe('a version that was left out', () => {
  it('is a fault, and no conflict', async () => {
    const memory = directory.createMemoryDirectory();
    const address = 'alice@contoso.example';
    const account = { address, verifiers: {}, state: 'enabled', rights: [] } as const;
    const fault = { code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT', place: 'expected version' };
    await memory.put(account, 'absent');
    await expect(memory.put(account, undefined as never)).rejects.toMatchObject(fault);
    await expect(memory.remove(address, undefined as never)).rejects.toMatchObject(fault);
    await expect(memory.putContacts(address, [], undefined as never)).rejects.toMatchObject(fault);
  });
});
