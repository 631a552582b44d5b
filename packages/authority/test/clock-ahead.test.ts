import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { listMarginMs } from '@entente/pki';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import { authorityFolder, IssuerStore, issuerFiles, rootFiles } from '@entente/pki/node';
import { createTestLog, type TestLogLine } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rollover } from '../src/rollover/rollover.ts';
import { DomainRoots } from '../src/roots/domain-roots.ts';
import { day, domain, RollingRoot, start } from './rolling-root.ts';

const hour = 3_600_000;
const quarter = 900_000;
const tick = 15_000;

describe('an authority whose clock is ahead for a moment', () => {
  let run: RollingRoot;
  let store: IssuerStore;
  let ledger: Ledger;
  let rollover: Rollover;
  let time: number;
  let lines: TestLogLine[];
  const now = () => time;

  /** A start of the authority, as far as it does this. */
  const open = async () => {
    store = await IssuerStore.open(authorityFolder(run.directory));
    rollover = new Rollover({
      settings: {
        domain,
        fqdn: 'ca.contoso.example',
        directory: run.directory,
        administratorsHash: '',
        authorityUrl: 'https://ca.contoso.example',
        objectsUrl: 'http://ca.contoso.example',
      },
      opened: { issuers: store, ledger },
      roots: new DomainRoots({ store, topology: () => undefined, now }),
      standings: { list: () => [] },
      topology: () => undefined,
      clock: { now, after: () => () => {} },
      log: createTestLog((line) => void lines.push(line)),
      onChanged: async () => {},
    });
  };
  const logged = (event: string) =>
    lines.filter(({ fields }) => (fields as { event?: unknown }).event === event);
  const stages = () => store.records.map(({ stage }) => stage);
  const hasKey = (number: number) => existsSync(join(run.directory, issuerFiles(number).key));
  /** Does the periodic work for a time. */
  const pass = async (ms: number, each = tick) => {
    for (const end = time + ms; time < end; time += each) await rollover.tick();
  };
  /** Does the periodic work with a clock that is ahead, and once with the right one. */
  const jump = async (ms: number, act: () => Promise<unknown> = () => pass(2 * tick)) => {
    const right = time;
    time += ms;
    await act();
    time = right;
    await rollover.tick();
  };
  /** The first one issues a certificate for a year. */
  const issue = async (end: number) => {
    const { id } = store.active.record;
    await ledger.append({
      issuer: id,
      serialHex: '01',
      profile: 'server',
      subject: 'fe01.contoso.example',
      names: { commonName: 'fe01.contoso.example', dnsNames: ['fe01.contoso.example'], uris: [] },
      notBefore: time,
      notAfter: end,
      issuedAt: time,
      requester: 'server:fe01.contoso.example',
      keyHash: '00',
      certificate: new Uint8Array([0x30]),
    });
  };

  beforeEach(async () => {
    run = await RollingRoot.start();
    await run.authority[Symbol.asyncDispose]();
    ledger = createMemoryLedger();
    lines = [];
    time = start + day;
    run.clock.time = time;
    await open();
    await run.askForIssuing(store);
    await run.visit(1);
    await rollover.tick();
    expect(stages()).toEqual(['active', 'prepared']);
  });
  afterEach(() => run[Symbol.asyncDispose]());

  it('destroys no key that is needed, at its start or while it runs', async () => {
    const { notAfter } = store.active.record;
    await open();
    // The next one can issue by then: it takes over.
    await jump(notAfter + hour - time);
    expect([stages(), hasKey(1)]).toEqual([['retiring', 'active'], true]);
    await open();
    await jump(20 * 365 * day, () => rollover.tick());
    await jump(20 * 365 * day);
    expect([stages(), hasKey(1), hasKey(2)]).toEqual([['retiring', 'active'], true, true]);
  });

  it('keeps one that is prepared', async () => {
    await jump(20 * 365 * day);
    expect([stages(), hasKey(2)]).toEqual([['active', 'prepared'], true]);
  });

  it('asks the root again for what it has signed meanwhile, and says every day what is wrong', async () => {
    const right = time;
    run.clock.time = time += 365 * day;
    await run.askForIssuing(store);
    await run.visit(1);
    await rollover.tick();
    expect([stages(), store.rootCrl.thisUpdate > right + 364 * day]).toEqual([
      ['active', 'prepared', 'prepared'],
      true,
    ]);
    run.clock.time = time = right;
    await open();
    await pass(day + hour, hour);
    expect(logged('root-list-of-the-future')).toHaveLength(2);
    const [due] = (await rollover.status()).roots;
    expect(due?.list.due).toBe(time);
    expect((await rollover.status()).warnings).toMatchObject([{ kind: 'root-list-of-the-future' }]);
    run.clock.time = time;
    await expect(run.visit(1)).rejects.toThrow('has signed a list at');
    await run.visit(1, true);
    await rollover.tick();
    expect(store.rootCrl.thisUpdate).toBe(time);
    expect((await rollover.status()).warnings).toEqual([]);
  });

  it('lets a root whose key is beside it sign that again by itself, once it has looked so for an hour', async () => {
    const right = time;
    await rename(join(run.directory, '..', 'root_ca.key'), join(run.directory, rootFiles(1).key));
    time += 400 * day;
    await rollover.tick();
    const ahead = time;
    expect(store.rootCrl.thisUpdate).toBe(ahead);
    time = right;
    await pass(hour, quarter);
    expect(store.rootCrl.thisUpdate).toBe(ahead);
    await rollover.tick();
    expect(store.rootCrl.thisUpdate).toBe(right + hour);
    expect(logged('root-answer-refused')).toEqual([]);
  });

  it('warns again once its clock is right, though it has warned by the one that was ahead', async () => {
    const right = time;
    await rename(join(run.directory, '..', 'root_ca.key'), join(run.directory, rootFiles(1).key));
    time += 400 * day;
    await rollover.tick();
    for (const at of [right + 200 * day, right, right + tick]) {
      time = at;
      await rollover.tick();
    }
    expect(logged('root-list-of-the-future')).toHaveLength(2);
  });

  it('lets such a root sign nothing by a clock that is behind for less than that, at its start or while it runs', async () => {
    await rename(join(run.directory, '..', 'root_ca.key'), join(run.directory, rootFiles(1).key));
    time += 400 * day;
    await rollover.tick();
    const list = store.rootCrl.der;
    expect(store.rootCrl.thisUpdate).toBe(time);
    const before = stages();
    for (let start = 0; start < 3; start++) {
      if (start < 2) await open();
      await jump(-200 * day, () => pass(3 * quarter, quarter));
    }
    expect([stages(), store.rootCrl.der]).toEqual([before, list]);
    expect(logged('root-list-of-the-future'), 'and it is said').not.toEqual([]);
    expect(logged('root-answer-refused')).toEqual([]);
  });

  it('remembers no wrong end of the last certificate, and destroys the key six hours after that is due', async () => {
    const { notAfter, notBefore } = store.active.record;
    time = notBefore + ((notAfter - notBefore) * 2) / 3;
    const end = time + 30 * day;
    await issue(end);
    await rollover.tick();
    expect(stages()).toEqual(['retiring', 'active']);
    time += 2 * hour;
    // An administrator asks where it stands.
    await jump(60 * day, () => rollover.status());
    const [first] = (await rollover.status()).issuers;
    expect(first?.next?.at).toBe(end + listMarginMs + 6 * hour);
    await pass(26 * hour, hour);
    expect(hasKey(1)).toBe(true);
    time = end + listMarginMs + 1;
    await pass(6 * hour - quarter, quarter);
    expect([stages(), hasKey(1)]).toEqual([['retiring', 'active'], true]);
    // It says when, although that is due already.
    expect((await rollover.status()).issuers[0]?.next?.at).toBe(time + quarter);
    // A restart waits from the beginning.
    await open();
    await pass(6 * hour, quarter);
    expect(hasKey(1)).toBe(true);
    await pass(2 * quarter, quarter);
    expect([stages(), hasKey(1)]).toEqual([['retired', 'active'], false]);
  });
});
