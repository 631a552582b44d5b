import { createMemoryLedger } from '@entente/pki/ledger';
import { authorityFolder, IssuerStore, issuerFiles } from '@entente/pki/node';
import { createTestLog } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rollover } from '../src/rollover/rollover.ts';
import { DomainRoots } from '../src/roots/domain-roots.ts';
import { domain, RollingRoot } from './rolling-root.ts';

describe('a rollover', () => {
  let run: RollingRoot;
  let store: IssuerStore;
  let rollover: Rollover;
  /** Whether the certificate of the first issuing authority cannot be read. */
  let isUnreadable = false;
  /** Whether what follows a change fails. */
  let isUnheard = false;
  /** The issuing authority of each time that others were told. */
  const told: number[] = [];

  beforeAll(async () => {
    run = await RollingRoot.start();
    await run.authority[Symbol.asyncDispose]();
    const folder = authorityFolder(run.directory);
    store = await IssuerStore.open({
      ...folder,
      async read(name) {
        if (isUnreadable && name === issuerFiles(1).certificate) throw new Error('EIO');
        return folder.read(name);
      },
      async write(name, content, mode) {
        await folder.write(name, content, mode);
        const { issuers = [] } = name === 'issuers.json' ? JSON.parse(content) : {};
        if (issuers[1]?.stage === 'active') isUnreadable = true;
      },
    });
    await run.askForIssuing(store);
    await run.visit(1);
    const now = () => run.clock.now();
    rollover = new Rollover({
      settings: {
        domain,
        fqdn: 'ca.contoso.example',
        directory: run.directory,
        administratorsHash: '',
        authorityUrl: 'https://ca.contoso.example',
        objectsUrl: 'http://ca.contoso.example',
      },
      opened: { issuers: store, ledger: createMemoryLedger() },
      roots: new DomainRoots({ store, topology: () => undefined, now }),
      standings: { list: () => [] },
      topology: () => undefined,
      clock: run.clock,
      log: createTestLog(),
      onChanged: async () => {
        told.push(store.active.record.number);
        if (isUnheard) throw new Error('not signed');
      },
    });
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it('goes on at the next look where a file could not be read after a step was recorded, and where nobody could be told', async () => {
    await rollover.tick();
    expect([store.records.map(({ stage }) => stage), told]).toEqual([['active', 'prepared'], [1]]);
    const { notAfter } = store.active.record;
    await run.clock.advance(((notAfter - run.clock.now()) * 3) / 4);
    await expect(rollover.tick()).rejects.toThrow('EIO');
    expect(store.records.map(({ stage }) => stage)).toEqual(['retiring', 'active']);
    expect([store.active.record.number, told]).toEqual([1, [1]]);
    await expect(rollover.tick()).rejects.toThrow('EIO');
    isUnreadable = false;
    isUnheard = true;
    await expect(rollover.tick()).rejects.toThrow('not signed');
    expect([store.active.record.number, told]).toEqual([2, [1, 2]]);
    isUnheard = false;
    await rollover.tick();
    await rollover.tick();
    expect(told).toEqual([1, 2, 2]);
  });
});
