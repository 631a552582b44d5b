import { describe, expect, it } from 'vitest';
import { createEventHub } from '../event-hub.ts';
import { Health, type HealthProblem } from './health.ts';
import { eventsProbe } from './probes.ts';

const expired: HealthProblem = { part: 'revocation-list', message: 'it has expired', remedy: 'wait' };

describe('the health of an authority', () => {
  it('has what failed until it succeeds again, with its remedy, and leaves the fault to the caller', async () => {
    const health = new Health();
    const fault = Object.assign(new Error('no space left'), { remedy: 'free space' });
    await expect(health.follow('topologies', () => Promise.reject(fault))).rejects.toBe(fault);
    await expect(health.follow('periodic-work', () => Promise.reject(new Error('other')))).rejects.toThrow();
    expect(health.problems()).toEqual([
      { part: 'topologies', message: 'no space left', remedy: 'free space' },
      { part: 'periodic-work', message: 'other', remedy: expect.any(String) },
    ]);
    expect(await health.follow('topologies', async () => 7)).toBe(7);
    expect(health.problems().map(({ part }) => part)).toEqual(['periodic-work']);
  });

  it('has no more what failed once the part has recovered by other means, and forgets that it failed', async () => {
    const health = new Health();
    let isWell = false;
    const fails = () => Promise.reject(new Error('no space left'));
    await expect(health.follow('topologies', fails, () => isWell)).rejects.toThrow();
    expect(health.problems()).toMatchObject([{ part: 'topologies' }]);
    isWell = true;
    expect(health.problems()).toEqual([]);
    isWell = false;
    expect(health.problems()).toEqual([]);
  });

  it('keeps what failed before where the next fault is not of this part', async () => {
    const health = new Health();
    const fails = (message: string) => () => Promise.reject(new Error(message));
    await expect(health.follow('topologies', fails('the disk is broken'))).rejects.toThrow();
    await expect(health.follow('topologies', fails('of the trail'), () => true)).rejects.toThrow('trail');
    expect(health.problems()).toMatchObject([{ message: 'the disk is broken' }]);
    await expect(health.follow('topologies', fails('the disk is full'))).rejects.toThrow();
    expect(health.problems(), 'a later one of this part').toMatchObject([{ message: 'the disk is full' }]);
  });

  it('says what to do about a fault of the machine, also about one that brings no remedy', async () => {
    const health = new Health();
    const remedyOf = async (fields: object): Promise<string> => {
      const fault = Object.assign(new Error('it failed'), fields);
      await expect(health.follow('trust-state', () => Promise.reject(fault))).rejects.toBe(fault);
      return health.problems()[0]?.remedy ?? '';
    };
    expect(await remedyOf({ code: 'ENOSPC' })).toContain('make space on the disk');
    expect(health.problems()).toMatchObject([
      { message: 'the folder of the authority: the disk is full (ENOSPC)' },
    ]);
    expect(await remedyOf({ code: 'EMFILE', path: 'state.json' })).toContain('LimitNOFILE=');
    expect(health.problems()).toMatchObject([{ message: expect.stringMatching(/^state\.json: /) }]);
    expect(await remedyOf({ code: 'ENOENT', path: 'state.key' })).toContain('do not restart the authority');
    for (const fields of [{}, { code: 'ERR_INVALID_STATE' }])
      expect(await remedyOf(fields)).toContain('report it as a defect');
  });

  it('has the problems of its server for those who ask it, and its own alone where no server reports', async () => {
    const health = new Health();
    health.watch(() => expired);
    expect(health.reported()).toEqual([expired]);
    const log = { part: 'log', message: 'it takes no lines', remedy: 'free space', stops: false };
    health.report(() => [...health.problems(), log]);
    expect(health.reported()).toEqual([
      expired,
      { part: 'log', message: 'it takes no lines', remedy: 'free space' },
    ]);
    expect(health.problems(), 'the log is no part of an authority').toEqual([expired]);
  });

  it('has what a probe finds when somebody asks', () => {
    const health = new Health();
    let found: HealthProblem | undefined = expired;
    health.watch(() => found);
    expect(health.problems()).toEqual([expired]);
    found = undefined;
    expect(health.problems()).toEqual([]);
  });

  it('has that no more members can listen, for as long as that is so', () => {
    const health = new Health();
    const hub = createEventHub(1);
    health.watch(eventsProbe(hub));
    expect(health.problems()).toEqual([]);
    const stream = hub.listen([], 'fe01.contoso.example');
    expect(health.problems()).toMatchObject([{ part: 'events', remedy: expect.any(String) }]);
    void stream?.body?.cancel();
    expect(health.problems()).toEqual([]);
  });
});
