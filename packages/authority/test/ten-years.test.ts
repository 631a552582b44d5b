import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { issuerId } from '@entente/pki';
import { renewalTime } from '@entente/pki/client';
import { issuerFiles, rootFiles } from '@entente/pki/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day, type Holder, type Purpose, RollingRoot, read, start } from './rolling-root.ts';

const hour = 3_600_000;
const end = start + 3_650 * day;
/** A member renews as late as any does. */
const latest = 1;
/** How long a request for a root lies about before somebody carries it there. */
const visitAfterDays = 25;

/** What `GET /issuers` answers, as far as it is read here. Times in milliseconds since 1970. */
interface StatusView {
  readonly issuers: readonly {
    readonly number: number;
    readonly root: number;
    readonly stage: string;
    readonly valid: number;
    readonly next?: { readonly at: number };
  }[];
  readonly roots: readonly {
    readonly number: number;
    readonly dependents: readonly string[];
    readonly list: { readonly due: number };
  }[];
  readonly warnings: readonly unknown[];
}

describe('ten years of an authority whose roots are elsewhere', () => {
  let run: RollingRoot;
  /** Issuing authorities by which a holder was seen, in order. */
  const seen: string[] = [];
  const visits: { readonly at: number; readonly root: number }[] = [];
  const refused: string[] = [];
  /** Certificates that the administrator has had after the first one. */
  let certified = 0;
  /** Steps of the administrators from the first root to the next, with their times. */
  const rollover: { readonly step: string; readonly at: number }[] = [];
  /** Roots that somebody who takes part may believe at this time. */
  let believed: readonly (readonly number[])[] = [[1]];

  const status = async () => (await run.order('/issuers')) as unknown as StatusView;
  const leafOf = ({ chain }: Holder) => read(chain[0] as Uint8Array);
  const administratorDue = () => read(run.administrator[0] as Uint8Array).notAfter - 20 * day;
  const logged = (event: string) =>
    run.lines.filter(({ fields }) => (fields as { event?: string }).event === event);

  const expectTrusted = async (
    what: string,
    chain: readonly Uint8Array[],
    purposes: readonly Purpose[] = ['client', 'server'],
  ): Promise<void> => {
    for (const roots of believed) {
      const found = await run.verdict(roots, chain, purposes);
      if (found !== 'trusted')
        refused.push(`day ${(run.clock.now() - start) / day}: ${what} by ${roots}: ${found}`);
    }
  };

  /** A member may know one issuing authority alone: the state brings the certificates of all whose lists it names. */
  const expectStateComplete = async (): Promise<void> => {
    const { chain, lists } = await run.state();
    const ids = chain.map((der) => issuerId(read(der).publicKey.der));
    const known = new Set([...run.roots.map(({ id }) => id), ...ids]);
    for (const { issuer } of lists) {
      if (!known.has(issuer))
        refused.push(`day ${(run.clock.now() - start) / day}: no certificate of ${issuer}`);
    }
  };

  /**
   * The next time at which somebody has something to do, or the authority says something. Nothing changes before but lists and states, which
   * are new for every caller after a step. While the authority warns it does so once a day, and no day is left out.
   */
  const nextDue = async (waiting: ReadonlyMap<number, number>): Promise<number> => {
    const { issuers, roots, warnings } = await status();
    const now = run.clock.now();
    const times = [
      ...run.holders.map((holder) => renewalTime(leafOf(holder), latest)),
      ...issuers.flatMap(({ next }) => (next === undefined ? [] : [next.at])),
      ...roots.map(({ list }) => list.due),
      administratorDue(),
      ...(waiting.size === 0 && warnings.length === 0 ? [] : [now + day]),
    ];
    return Math.min(...times.filter((time) => time > now));
  };

  /** Requests that lie in the folder of the authority: number of the root, and since when. */
  const requests = async (before: ReadonlyMap<number, number>): Promise<Map<number, number>> => {
    const found = new Map<number, number>();
    for (const [index] of run.roots.entries()) {
      const number = index + 1;
      const isThere = await stat(join(run.directory, rootFiles(number).request)).then(
        () => true,
        () => false,
      );
      if (isThere) found.set(number, before.get(number) ?? run.clock.now());
    }
    return found;
  };

  /** The administrators take one step a week once the authority says that the root ends. */
  const moveRoot = async (): Promise<void> => {
    const now = run.clock.now();
    const last = rollover.at(-1);
    if (last === undefined ? logged('root-ends').length === 0 : now - last.at < 7 * day) return;
    const list = async (...entries: Parameters<RollingRoot['listed']>[]): Promise<void> =>
      expect(await run.publish(entries.map((entry) => run.listed(...entry)))).toBe('accepted');
    const take = (step: string) => void rollover.push({ step, at: now });
    switch (last?.step) {
      case undefined:
        await run.prepare();
        return take('prepare');
      case 'prepare':
        await list([1], [2, 'prepared']);
        return take('list');
      case 'list':
        await list([1], [2]);
        believed = [[1], [1, 2]];
        return take('activate');
      case 'activate': {
        const { issuers } = await status();
        if (issuers.find(({ stage }) => stage === 'active')?.root !== 2) return;
        await list([1, 'tainted'], [2]);
        return take('taint');
      }
      case 'taint': {
        const { roots } = await status();
        if (roots.find(({ number }) => number === 1)?.dependents.length !== 0) return;
        // Nobody renews for an administrator: before the root is retired, they do it themselves.
        await run.renewAdministrator();
        await list([2]);
        believed = [[2]];
        return take('retire');
      }
    }
  };

  const step = async (before: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, number>> => {
    const due = await nextDue(before);
    await run.clock.advance(Math.min(Math.max(due - run.clock.now(), hour), end - run.clock.now()));
    for (const holder of run.holders)
      if (run.clock.now() >= renewalTime(leafOf(holder), latest)) await run.renew(holder);
    if (run.clock.now() >= administratorDue()) {
      // About once a year it was left too late, and the authority is restarted for it.
      if (++certified % 5 === 0) await run.certifyAdministrator();
      else await run.renewAdministrator();
    }
    for (const holder of run.holders) {
      await expectTrusted(`${holder.server} ${holder.side}`, holder.chain);
      const issuer = leafOf(holder).issuer.toString();
      if (holder.side === 'internal' && seen.at(-1) !== issuer) seen.push(issuer);
    }
    await expectStateComplete();
    await expectTrusted('the administrator', run.administrator, ['client']);
    await expectTrusted('the authority', run.own, ['server']);
    const waiting = await requests(before);
    for (const [number, since] of waiting) {
      if (run.clock.now() - since < visitAfterDays * day) continue;
      await run.visit(number);
      visits.push({ at: run.clock.now(), root: number });
      waiting.delete(number);
    }
    await moveRoot();
    return waiting;
  };

  beforeAll(async () => {
    run = await RollingRoot.start();
    // The one server has a certificate of either side: another one would only renew beside it.
    run.holders.splice(0, 1);
    let waiting: ReadonlyMap<number, number> = new Map();
    while (run.clock.now() < end) waiting = await step(waiting);
  }, 900_000);
  afterAll(async () => run?.[Symbol.asyncDispose]());

  it('refuse no member, no administrator and not the authority at any step', () => {
    expect(refused).toEqual([]);
  });

  it('need one visit to the root a year, and one more to the next root when that follows', () => {
    const years = visits.map(({ at, root }) => `${root}: ${Math.floor((at - start) / (365 * day))}`);
    expect(years).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6, 7].map((year) => `1: ${year}`)));
    expect(visits.length).toBeLessThanOrEqual(11);
  });

  it('move the members from one issuing authority to the next by themselves', () => {
    expect(seen).toEqual(seen.map((_, index) => expect.stringContaining(`Issuing CA ${index + 1},`)));
    expect(seen.length).toBeGreaterThanOrEqual(8);
  });

  it('move everybody from the first root to the next long before it ends', async () => {
    expect(rollover.map(({ step: one }) => one)).toEqual(['prepare', 'list', 'activate', 'taint', 'retire']);
    const [first] = run.roots;
    expect((first?.certificate.notAfter ?? 0) - (rollover.at(-1)?.at ?? 0)).toBeGreaterThan(365 * day);
    expect((await status()).issuers.filter(({ stage }) => stage === 'active')).toMatchObject([{ root: 2 }]);
  });

  it('destroy the key of each that is retired', async () => {
    const destroyed = logged('issuer-stage').filter(
      ({ fields }) => (fields as { step?: string }).step === 'destroy-key',
    );
    expect(destroyed.length).toBeGreaterThanOrEqual(seen.length - 2);
    await expect(stat(join(run.directory, issuerFiles(1).key))).rejects.toThrow('ENOENT');
  });

  it('warn once a day, first a month or more before an end, and stop after the visit', () => {
    const warned = run.lines.filter(({ fields }) => 'until' in fields);
    const first = new Map<string, number>();
    const perDay = new Map<string, number>();
    for (const { at, fields } of warned) {
      const { event, until } = fields as { event: string; until: string };
      const key = `${event} ${until}`;
      if (!first.has(key)) first.set(key, at);
      const today = `${key} ${Math.floor((at - start) / day)}`;
      perDay.set(today, (perDay.get(today) ?? 0) + 1);
    }
    expect(first.size).toBeGreaterThanOrEqual(16);
    for (const [key, at] of first)
      expect(Date.parse(key.split(' ')[1] as string) - at, key).toBeGreaterThanOrEqual(30 * day);
    expect(Math.max(...perDay.values())).toBeLessThanOrEqual(2);
    expect(run.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([]);
  });

  it('show an administrator where the rollover stands', async () => {
    const { issuers } = await status();
    expect(issuers.filter(({ stage }) => stage === 'active')).toMatchObject([{ valid: expect.any(Number) }]);
    expect(issuers[0]).toMatchObject({ number: 1, stage: 'retired', valid: 0 });
    const [holder] = run.holders;
    const peer = { peer: { uris: [], dnsNames: [holder?.server], serialHex: '01', server: holder?.server } };
    const refusal = await run.authority.fetch(
      new Request('https://ca.contoso.example/issuers'),
      peer as never,
    );
    expect(refusal.status).toBe(403);
  });
});
