import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportFault, tellApplication } from './tell-application.ts';

const ours = new Error('a fault of the application');
const further = new Error('a fault of what hears of faults');
const fail = () => {
  throw further;
};

describe('what a function of the application is rejected with', () => {
  it.each<[string, () => unknown]>([
    ['by a promise', async () => Promise.reject(ours)],
    [
      'by a promise of another realm',
      () => runInNewContext('(async (error) => { throw error; })')(ours) as unknown,
    ],
    [
      'by what is like a promise',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: what a library may return.
        then: (_: unknown, reject: (why: unknown) => void) => reject(ours),
      }),
    ],
  ])('is heard: %s', async (_, call) => {
    const faults: unknown[] = [];
    tellApplication(call, (error) => void faults.push(error));
    await expect.poll(() => faults).toEqual([ours]);
  });
});

describe('a fault that is reported', () => {
  const warnings: unknown[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  beforeEach(() => {
    warnings.length = 0;
    process.on('warning', warn);
  });
  afterEach(() => void process.off('warning', warn));

  it.each<[string, () => unknown]>([
    ['at once', fail],
    ['later', async () => fail()],
  ])('is a warning where what hears of faults fails itself %s', async (_, onFault) => {
    reportFault({ onFault }, ours);
    await expect.poll(() => warnings).toEqual([ours, further]);
  });

  it('is a warning of its text where it is not an error, whatever it is', async () => {
    reportFault({}, 'a text');
    reportFault({}, Object.create(null));
    await expect.poll(() => warnings).toHaveLength(2);
    expect(warnings.map(String)).toEqual(['Warning: a text', 'Warning: [Object: null prototype] {}']);
  });
});
