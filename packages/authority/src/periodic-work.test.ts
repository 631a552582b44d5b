import { PkiFault } from '@entente/pki';
import { createTestLog } from '@entente/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { Health, type HealthProblem } from './health/health.ts';
import type { OwnCertificate } from './own-certificate.ts';
import { startUpkeep, type UpkeptAuthority } from './periodic-work.ts';

const start = Date.UTC(2026, 5, 1);
const minute = 60_000;
const full: HealthProblem = { part: 'ledger', message: 'no space left', remedy: 'free space' };

describe('the periodic work of an authority', () => {
  let time: number;
  let due: (() => void) | undefined;
  let done: string[];
  let logged: string[];
  let health: Health;
  let failing: ReadonlySet<string>;
  let nextList: number;
  /** What a part waits for. */
  let until: Promise<void> | undefined;
  /** What a part that fails throws; default a defect. */
  let fault: Error | undefined;
  let fields: object[];
  let looks: number;
  beforeEach(() => {
    [time, due, done, logged, failing, until] = [start, undefined, [], [], new Set(), undefined];
    health = new Health();
    nextList = 0;
    [fault, fields, looks] = [undefined, [], 0];
  });

  const part = (name: string) => async () => {
    await until;
    done.push(name);
    if (failing.has(name)) throw fault ?? new Error(`${name} is broken`);
  };
  const begin = () => {
    const authority = {
      clock: {
        now: () => time,
        after(_ms: number, run: () => void) {
          due = run;
          return () => {};
        },
      },
      health,
      events: { pulse() {} },
      accountsAlarm: { look: () => void looks++ },
      publisher: { nextPublication: () => nextList, publish: part('list') },
      domainKeys: { rotateDue: part('keys') },
      revocation: { settleKeys: part('owed keys') },
      revokeSurplus: part('surplus'),
      publishedRoots: { refresh: part('roots') },
      rollover: { tick: part('rollover'), whyRenew: () => undefined },
      restoreEnd: { look: part('restore') },
      files: { look: part('files') },
    } as unknown as UpkeptAuthority;
    const own = { identity: { current: {} }, keepValid: part('own') } as unknown as OwnCertificate;
    startUpkeep(
      authority,
      own,
      createTestLog((line) => {
        logged.push(line.message);
        fields.push(line.fields);
      }),
    );
  };
  /** Until the next turn is planned. */
  const turn = async () => {
    const run = due;
    due = undefined;
    run?.();
    await expect.poll(() => due).toBeDefined();
  };

  const all = ['list', 'keys', 'owed keys', 'surplus', 'roots', 'rollover', 'restore', 'files', 'own'];

  it('signs a list that is not due while nothing could be stored last: the storage is tried until it works again', async () => {
    nextList = start + minute;
    begin();
    await turn();
    expect(done).not.toContain('list');
    health.watch(() => (done.includes('list') ? undefined : full));
    await turn();
    expect(done.filter((name) => name === 'list')).toHaveLength(1);
    await turn();
    expect(done.filter((name) => name === 'list')).toHaveLength(1);
  });

  it('is done to its end where parts of it fail: each is in the log, and the first in the health', async () => {
    failing = new Set(['list', 'rollover']);
    begin();
    await turn();
    expect(done).toEqual(all);
    expect(logged).toEqual(['list', 'rollover'].map((name) => `periodic work failed: ${name} is broken`));
    expect(health.problems()).toMatchObject([{ part: 'periodic-work', message: 'list is broken' }]);
    failing = new Set();
    await turn();
    expect(done).toEqual([...all, ...all]);
    expect(health.problems()).toEqual([]);
  });

  it('has in the log once what is thrown again because it waits for its next attempt, and in the health as long', async () => {
    failing = new Set(['own']);
    fault = new Error('it could not be renewed');
    begin();
    for (const _turn of [1, 2, 3]) await turn();
    expect(logged).toEqual(['periodic work failed: it could not be renewed']);
    expect(health.problems()).toMatchObject([{ part: 'periodic-work', message: fault.message }]);
    fault = new Error('it could not be renewed, tried again');
    await turn();
    expect(logged).toHaveLength(2);
  });

  it('has the code and the remedy of what fails for a time in the log, and where a defect comes from', async () => {
    failing = new Set(['list']);
    begin();
    await turn();
    expect(fields.splice(0)).toEqual([{ event: 'fault', err: expect.any(Error) }]);
    const [code, remedy] = ['ENTENTE_PKI_LEDGER_UNAVAILABLE', 'free space'] as const;
    fault = new PkiFault(code, { sentence: 'no space left', place: 'authority.sqlite', remedy });
    await turn();
    expect(fields).toEqual([{ event: 'fault', code, remedy }]);
  });

  it('looks whether the accounts are there as it begins, and each time', async () => {
    begin();
    expect(looks).toBe(1);
    await turn();
    expect(looks).toBe(2);
  });

  it('is in the health where it has not ended after five minutes', async () => {
    let end = (): void => {};
    until = new Promise((resolve) => {
      end = resolve;
    });
    begin();
    time += minute;
    const ended = turn();
    time += 5 * minute;
    expect(health.problems()).toEqual([]);
    time += 1;
    expect(health.problems()).toMatchObject([
      { part: 'periodic-work', message: expect.stringContaining('2026-06-01T00:01:00.000Z') },
    ]);
    end();
    await ended;
    expect(health.problems()).toEqual([]);
  });
});
