import { runInNewContext } from 'node:vm';
import {
  abortSignal,
  anyText,
  Checks,
  callback,
  delayMs,
  Fault,
  having,
  list,
  listOf,
  nested,
  number,
  type OptionsOf,
  object,
  octets,
  oneOf,
  optional,
  type Rule,
  required,
  rule,
  text,
  texts,
  wholeNumber,
  withMethods,
  yesOrNo,
} from '@entente/options';
import { describe, expect, expectTypeOf, it } from 'vitest';

class PumpFault extends Fault<'PUMP_OPTION'> {
  override readonly name = 'PumpFault';
}
const fault = (parts: ConstructorParameters<typeof PumpFault>[1]) => new PumpFault('PUMP_OPTION', parts);
const instead = new Map([['rejectUnauthorized', 'leave it out: every peer is judged']]);
const checks = new Checks({ fault, instead });

const shape = {
  host: required(text, 'give the name of the host'),
  certificate: text,
  mode: oneOf('fast', 'slow'),
  limits: nested({ maxPending: wholeNumber(1, 5), timeoutMs: delayMs }),
  names: listOf(text, 'a list of names'),
};
type PumpOptions = OptionsOf<typeof shape>;

const host = 'pump.contoso.example';

/** What is thrown for some options. */
function refusal(call: () => unknown): Record<string, unknown> {
  try {
    call();
  } catch (error) {
    const { cause, code, message, name, place, remedy } = error as PumpFault;
    return { code, message, name, place, remedy, ...(cause !== undefined && { cause }) };
  }
  throw new Error('expected a refusal, found none');
}
const read = (given: unknown) => checks.read<PumpOptions>(given, shape, 'startPump');
const refused = (given: unknown) => refusal(() => read(given));

describe('options', () => {
  it('are read into a copy without prototype, without those that are undefined', () => {
    const given = { host, limits: { maxPending: 3 }, names: ['a'], mode: undefined };
    const copy = read(given);
    given.limits.maxPending = 99;
    given.names.push('b');
    expect(Object.getPrototypeOf(copy)).toBeNull();
    expect({ ...copy }).toEqual({ host, limits: { maxPending: 3 }, names: ['a'] });
  });

  it('are read once each', () => {
    let reads = 0;
    const given = {
      get host() {
        reads += 1;
        return host;
      },
    };
    read(given);
    expect(reads).toBe(1);
  });

  it('have the type that their description says', () => {
    expectTypeOf(read({ host })).toEqualTypeOf<PumpOptions>();
    expectTypeOf<PumpOptions['host']>().toEqualTypeOf<string>();
    expectTypeOf<PumpOptions['mode']>().toEqualTypeOf<'fast' | 'slow' | undefined>();
  });

  it('that are missing are refused with what to do', () => {
    expect(refused({})).toEqual({
      code: 'PUMP_OPTION',
      name: 'PumpFault',
      message: 'expected the option host, found none',
      place: 'host of startPump',
      remedy: 'give the name of the host',
    });
  });

  it.each([
    ['a letter too many', { limitss: {} }, 'limitss', 'write limits if that is meant, or leave it out'],
    [
      'a level too high',
      { maxPendings: 1 },
      'maxPendings',
      'write limits.maxPending if that is meant, or leave it out',
    ],
    ['the beginning of a name', { cert: 'x' }, 'cert', 'write certificate if that is meant, or leave it out'],
    [
      'of another library',
      { rejectUnauthorized: false },
      'rejectUnauthorized',
      'leave it out: every peer is judged',
    ],
    [
      'that nothing is like',
      { colour: 'red' },
      'colour',
      'leave it out; startPump has the options host, certificate, mode, limits, names',
    ],
    [
      'of control characters',
      { '\u001b[31mhurz': 1 },
      '?[31mhurz',
      'leave it out; startPump has the options host, certificate, mode, limits, names',
    ],
  ])('that there are not are refused: %s', (_, given, name, remedy) => {
    expect(refused({ host, ...given })).toMatchObject({
      message: `expected only options of startPump, found ${name}`,
      place: `${name} of startPump`,
      remedy,
    });
  });

  it('inside others name their owner', () => {
    expect(refused({ host, limits: { maxPendin: 1 } })).toMatchObject({
      message: 'expected only options of limits, found maxPendin',
      place: 'limits.maxPendin of startPump',
    });
    expect(refused({ host, names: ['a', 7] })).toMatchObject({
      message: 'expected names[1] to be a text, found 7',
      place: 'names[1] of startPump',
    });
  });

  it('under a symbol are refused', () => {
    expect(refused({ host, [Symbol('mode')]: 1 })).toMatchObject({ place: 'Symbol(mode) of startPump' });
  });

  it.each([
    ['nothing', undefined, 'nothing'],
    ['null', null, 'null'],
    ['a list', [host], 'a list of 1'],
    ['an object of a class, whose options would be overlooked', new Map(), 'an object of another kind'],
    ['a promise', Promise.resolve({}), 'a promise'],
  ])('that are no plain object are refused: %s', (_, given, found) => {
    expect(refused(given)).toMatchObject({
      message: `expected an object with options, found ${found}`,
      place: 'options of startPump',
    });
  });

  it('of another realm are taken', () => {
    expect({ ...read(runInNewContext(`({ host: '${host}' })`)) }).toEqual({ host });
  });

  it('that cannot be read are a fault with its cause', () => {
    const cause = new Error('no');
    const given = {
      get host(): string {
        throw cause;
      },
    };
    const message = 'expected options that can be read, found an error';
    expect(refused(given)).toMatchObject({ message, place: 'host of startPump', cause });
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          throw cause;
        },
      },
    );
    expect(refused(proxy)).toMatchObject({ message, place: 'options of startPump', cause });
  });
});

describe('options that are used where they are', () => {
  class Settings {
    readonly limits = { maxPending: 9 };
    readonly other = 1;
    get host() {
      return host;
    }
  }
  const check = (given: unknown) => checks.options<PumpOptions>(given, shape, 'startPump');

  it('may be of a class, which may have other members', () => {
    expect(refusal(() => check(new Settings()))).toMatchObject({ place: 'limits.maxPending of startPump' });
  });

  it('are refused as the others', () => {
    expect(refusal(() => check({ hosts: host }))).toMatchObject({ place: 'hosts of startPump' });
    expect(refusal(() => check([]))).toMatchObject({ place: 'options of startPump' });
  });
});

describe('names', () => {
  const fields = new Checks({ fault, noun: 'fields' });
  const refusedNames = (given: unknown) =>
    refusal(() => fields.names(given, ['issuer', 'subject'], 'certificate'));

  it('are checked alone: values are checked where they are used', () => {
    expect(fields.names({ issuer: 7 }, ['issuer', 'subject'], 'certificate')).toBeUndefined();
    expect(fields.names(new Date(), ['issuer'], 'certificate')).toBeUndefined();
    expect(refusedNames({ isuer: 7 })).toMatchObject({
      message: 'expected only fields of certificate, found isuer',
      place: 'isuer of certificate',
      remedy: 'write issuer if that is meant, or leave it out',
    });
    expect(refusedNames({ colour: 7 }).remedy).toBe(
      'leave it out; certificate has the fields issuer, subject',
    );
    for (const given of [undefined, null, [], 'x'])
      expect(refusedNames(given)).toMatchObject({ place: 'certificate' });
  });
});

describe('an argument', () => {
  const refusedArgument = (value: unknown, one: Rule, remedy?: string) =>
    refusal(() => checks.argument(value, one, 'name of startPump', remedy));

  it('is returned as it was read', () => {
    expect(checks.argument('a', text, 'name of startPump')).toBe('a');
    expect(checks.argument(undefined, optional(text), 'name of startPump')).toBeUndefined();
  });

  it('is refused with its place, and with the remedy of the call', () => {
    expect(refusedArgument(undefined, text)).toMatchObject({
      message: 'expected name of startPump to be a text, found nothing',
      place: 'name of startPump',
      remedy: 'give a text',
    });
    expect(refusedArgument('', text, 'give its name').remedy).toBe('give its name');
  });

  it('that is a promise is to be awaited', () => {
    expect(refusedArgument(Promise.resolve('a'), text).remedy).toBe(
      'await it: what it resolves to is wanted',
    );
  });

  it('has no default to leave', () => {
    expect(refusedArgument(7, wholeNumber(1, 5)).remedy).toBe('give a number in this range');
    expect(refused({ host, limits: { maxPending: 7 } }).remedy).toBe(
      'give a number in this range, or leave the default',
    );
  });

  const fitting: readonly (readonly [string, Rule, readonly unknown[], readonly unknown[]])[] = [
    ['text', text, ['a'], ['', 7, null, undefined]],
    ['anyText', anyText, ['', 'a'], [7, null]],
    ['yesOrNo', yesOrNo, [true, false], ['false', 0, undefined]],
    ['callback', callback, [() => 1], [{}, 'f']],
    ['number', number, [0, -1.5], [Number.NaN, Number.POSITIVE_INFINITY, '1', new Date()]],
    ['wholeNumber', wholeNumber(0, 9), [0, 9], [-1, 10, 1.5, Number.NaN, '3']],
    ['wholeNumber without end', wholeNumber(1), [2 ** 40], [0]],
    ['delayMs', delayMs, [0.5, 2_147_483_647], [0, 2_147_483_648, Number.NaN, '5']],
    ['oneOf', oneOf('a', 'b'), ['a'], ['c', undefined]],
    ['object', object, [{}, new Map()], [[], null, 'x']],
    ['list', list, [[]], [{ length: 0 }, 'x']],
    ['texts', texts, [[], ['a']], ['abc', ['a', 7]]],
    [
      'octets',
      octets,
      [new Uint8Array(1), runInNewContext('new Uint8Array(1)')],
      [new Int8Array(1), [1], 'x', new Uint16Array(1)],
    ],
    ['abortSignal', abortSignal, [new AbortController().signal], [new AbortController(), {}]],
    [
      'withMethods',
      withMethods('a clock', 'clock.now'),
      [{ clock: { now: Date.now } }],
      [{ clock: {} }, {}, null],
    ],
    ['having without members', having('an object', {}), [{}, []], [undefined, null, 'x']],
    [
      'having',
      having('a hop', { name: 'string', at: 'object' }),
      [{ name: 'a', at: {} }],
      [{ name: 'a', at: null }],
    ],
    [
      'rule',
      rule('what does not throw', (value) => (value as { a: { b: boolean } }).a.b),
      [{ a: { b: true } }],
      [undefined, {}],
    ],
  ];
  it.each(fitting)('of the rule %s is taken where it fits, and only there', (_, one, good, bad) => {
    for (const value of good) expect(checks.argument(value, one, 'it')).toBe(value);
    for (const value of bad) expect(refusedArgument(value, one).code).toBe('PUMP_OPTION');
  });
});

describe('what was found', () => {
  const found = (value: unknown, settings = {}) =>
    String(
      refusal(() =>
        new Checks({ fault, ...settings }).argument(
          value,
          rule('it', () => false),
          'a',
        ),
      ).message,
    ).replace('expected a to be it, found ', '');

  it.each([
    ['a short text', 'x\u0007', '"x?"'],
    ['a long text', 'x'.repeat(61), 'a text of 61 characters'],
    ['PEM', '-----BEGIN PRIVATE KEY-----', 'a text of 27 characters'],
    ['a number', Number.NaN, 'NaN'],
    ['a function', () => 1, 'a function'],
    ['an object', { password: 'x' }, 'an object of another kind'],
  ])('is said in a few words: %s', (_, value, said) => {
    expect(found(value)).toBe(said);
  });

  it('is not repeated where it may be a secret', () => {
    expect(found('hunter2', { hasSecrets: true })).toBe('a text');
    expect(found('', { hasSecrets: true })).toBe('an empty text');
    expect(found(7, { hasSecrets: true })).toBe('7');
  });
});
