import { runInNewContext } from 'node:vm';
import { describe as describeFault, editsBetween, Fault, inOneLine, nearestName } from '@entente/options';
import { describe, expect, it } from 'vitest';

class PumpFault extends Fault<'PUMP_DRY' | 'PUMP_OPTION'> {
  override readonly name = 'PumpFault';
}
const cause = new Error('no water');
const parts = { sentence: 'expected water, found none', place: 'well.json', remedy: 'dig deeper', cause };

describe('a fault', () => {
  const fault = new PumpFault('PUMP_DRY', parts);

  it('is an error with code, sentence, place, remedy and cause', () => {
    expect(fault).toBeInstanceOf(Error);
    expect(fault).toMatchObject({ code: 'PUMP_DRY', name: 'PumpFault', message: parts.sentence, ...parts });
    expect('cause' in new PumpFault('PUMP_DRY', { ...parts, cause: undefined })).toBe(false);
  });

  it('is described by its shape, also one of another realm', () => {
    const { cause: _, ...said } = { ...parts, code: 'PUMP_DRY' };
    expect(describeFault(fault, 'here')).toEqual(said);
    const other = runInNewContext("Object.assign(new Error('a'), { code: 'A', remedy: 'b' })");
    expect(describeFault(other, 'here')).toEqual({ code: 'A', sentence: 'a', place: 'here', remedy: 'b' });
    for (const error of [undefined, null, 'x', cause, Object.assign(new Error('a'), { code: 'EPERM' })])
      expect(describeFault(error, 'here')).toBeUndefined();
  });

  it('is printed in one line', () => {
    expect(inOneLine(fault)).toBe('well.json: expected water, found none; dig deeper (PUMP_DRY)');
  });
});

describe('the nearest name', () => {
  const names = ['allow', 'clientCertificate', 'limits', 'limits.maxPending', 'minVersion'];

  it.each([
    ['alow', 'allow'],
    ['alolw', 'allow'],
    ['AL_LOW', 'allow'],
    ['maxpending', 'limits.maxPending'],
    ['clientCert', 'clientCertificate'],
    ['minimumVersion', 'minVersion'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('to %s is %s', (written, near) => {
    expect(nearestName(written, names)).toBe(near);
  });

  it('is by letters that are inserted, removed, replaced or swapped', () => {
    expect([editsBetween('', 'ab'), editsBetween('ab', 'ba'), editsBetween('abc', 'axc')]).toEqual([2, 1, 1]);
  });
});
