import { authenticate, GuessLimit, register } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { authenticationOptions, now, request } from './fixtures.ts';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;

function faultOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (fault) {
    return fault;
  }
}

const fault = (place: string) => ({
  code: 'SIP_INVALID_ARGUMENT',
  place,
  remedy: expect.stringMatching(/./),
});

describe('who sends a request', () => {
  it('is not decided without a limit on guesses whose name is misspelt', () => {
    const guess = new GuessLimit();
    expect(
      faultOf(() => authenticate(request(), given({ ...authenticationOptions(), guess }))),
    ).toMatchObject(fault('options of authenticate'));
  });

  it('is not decided so either where the same window was given with a limit, or the time is none', () => {
    const guesses = new GuessLimit();
    const options = { ...authenticationOptions(), guesses };
    authenticate(request(), options);
    const { window } = options;
    for (const [wrong, place] of [
      [{ guess: guesses, guesses: undefined }, 'options of authenticate'],
      [{ now: Number.NaN }, 'now of authenticate'],
      [{ nonceLifetimeMs: undefined }, 'nonceLifetimeMs of authenticate'],
    ] as const)
      expect(faultOf(() => authenticate(request(), given({ ...options, window, ...wrong })))).toMatchObject(
        fault(place),
      );
  });

  it('is not decided with options that have another form', () => {
    for (const [wrong, place] of [
      [{ guesses: {} }, 'guesses'],
      [{ now: undefined }, 'now'],
      [{ now: new Date(0) }, 'now'],
      [{ nonceLifetimeMs: undefined }, 'nonceLifetimeMs'],
      [{ nonceLifetimeMs: '300000' }, 'nonceLifetimeMs'],
      [{ algorithms: 'SHA-256' }, 'algorithms'],
      [{ allowMd5For: true }, 'allowMd5For'],
      [{ credentials: { alice: {} } }, 'credentials'],
      [{ window: undefined }, 'window'],
      [{ as: 'Registrar' }, 'as'],
    ] as const)
      expect(
        faultOf(() => authenticate(request(), given({ ...authenticationOptions(), ...wrong }))),
      ).toMatchObject(fault(`${place} of authenticate`));
    for (const nothing of [undefined, null, 'contoso.example'])
      expect(faultOf(() => authenticate(request(), given(nothing)))).toMatchObject(
        fault('options of authenticate'),
      );
  });

  it('is decided with options of any form that has the names', () => {
    const options = {
      ...authenticationOptions(),
      guesses: undefined,
      address: undefined,
      algorithms: undefined,
    };
    class Limit extends GuessLimit {}
    for (const one of [
      Object.freeze(options),
      Object.assign(Object.create(null) as object, options),
      { ...options, guesses: new Limit() },
    ])
      expect(authenticate(request(), given(one)).outcome).toBe('challenge');
  });
});

describe('the bounds of a registrar', () => {
  const context = { now, toTag: 'a' };
  const register1 = request({ method: 'REGISTER' });

  it('are not misspelt, and are numbers', () => {
    for (const [policy, place] of [
      [{ maxContact: 1 }, 'options of the policy of register'],
      [{ maxContacts: '1' }, 'maxContacts of the policy of register'],
      [{ maxExpiresSec: Number.NaN }, 'maxExpiresSec of the policy of register'],
      [null, 'options of the policy of register'],
    ] as const)
      expect(
        faultOf(() => register(register1, 'alice@contoso.example', [], given({ ...context, policy }))),
      ).toMatchObject(fault(place));
  });

  it('are the default ones where they are undefined: nothing turns them off', () => {
    const contacts = Array.from(
      { length: 17 },
      (_, index) => ['Contact', `<sip:alice@192.0.2.${index + 1}>`] as const,
    );
    const many = request({ method: 'REGISTER', headers: contacts });
    const policy = given({ maxContacts: undefined });
    expect(register(many, 'alice@contoso.example', [], { ...context, policy })).toMatchObject({ ok: false });
  });
});
