import { createRequest, createResponse, type HeaderFields, type SipResponse } from '@entente/sip';
import { StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { Registration } from './registration.ts';
import { defaultStayTimings, type RegistrationState, recoveryDelayMs } from './registration-state.ts';

const register = createRequest({
  method: 'REGISTER',
  uri: 'sip:contoso.example',
  from: '<sip:alice@contoso.example>;tag=a',
  to: '<sip:alice@contoso.example>',
  callId: 'c',
  cseq: 1,
});

function answer(status: number, headers: HeaderFields = {}): SipResponse {
  return createResponse(register, status, undefined, { toTag: 'r', headers });
}

/** A registration whose server does what the test has put in line, one thing for each attempt; then it accepts. */
function start({ random = 0.5, answersPings = true } = {}) {
  const clock = new StepClock(1_000_000);
  const states: RegistrationState[] = [];
  /** When an attempt was made, seconds from the start. */
  const attempts: number[] = [];
  const line: (SipResponse | Error)[] = [];
  const faults: unknown[] = [];
  let isUp = false;
  const registration = new Registration({
    clock,
    random: () => random,
    timings: defaultStayTimings,
    send: async (expiresSec) => {
      attempts.push((clock.now() - 1_000_000) / 1_000);
      const next = line.shift() ?? answer(200, { Expires: expiresSec });
      isUp = !(next instanceof Error);
      if (next instanceof Error) throw next;
      return next;
    },
    granted: (response) => response.expires,
    server: () => (isUp ? { address: '192.0.2.1', port: 5061 } : undefined),
    onGranted: () => answersPings,
    onState: (state) => void states.push(state),
    onFault: (error) => void faults.push(error),
  });
  return {
    attempts,
    faults,
    line,
    registration,
    states,
    names: () => states.map(({ state }) => state),
    async pass(seconds: number) {
      clock.move(seconds * 1_000);
      for (let i = 0; i < 10; i++) await Promise.resolve();
    },
    async breakConnection() {
      isUp = false;
      registration.lost(new Error('lost'));
      for (let i = 0; i < 10; i++) await Promise.resolve();
    },
  };
}

const down = new Error('connect ECONNREFUSED');

describe('a registration that is kept (RFC 5627 §4.2)', () => {
  it('is renewed at half of the time that was granted, again and again', async () => {
    const { attempts, line, pass, registration, states } = start();
    line.push(answer(200, { Expires: 600 }), answer(200, { Expires: 600 }));
    await registration.start(3_600);
    await pass(299);
    expect(attempts).toEqual([0]);
    await pass(1);
    expect(attempts).toEqual([0, 300]);
    await pass(300);
    expect(attempts).toEqual([0, 300, 600]);
    expect(states.at(-1)).toMatchObject({
      state: 'registered',
      server: { address: '192.0.2.1', port: 5061 },
    });
  });

  it('ends where an attempt fails of what the caller gave, and a later attempt says so', async () => {
    const wrong = Object.assign(new Error('expected a text'), { code: 'SIP_INVALID_ARGUMENT' });
    const first = start();
    first.line.push(new Error('the hop is down', { cause: wrong }));
    await expect(first.registration.start(3_600)).rejects.toThrow('the hop is down');
    await first.pass(4_000);
    expect(first.attempts).toEqual([0]);
    expect(first.names()).toEqual(['registering', 'unregistered']);
    expect(first.faults).toEqual([]);
    const later = start();
    later.line.push(answer(200, { Expires: 600 }), wrong);
    await later.registration.start(600);
    await later.pass(300);
    await later.pass(4_000);
    expect(later.attempts).toEqual([0, 300]);
    expect(later.names().at(-1)).toBe('unregistered');
    expect(later.faults).toEqual([wrong]);
  });

  it('is made again at once when a connection breaks whose keep-alive was answered (RFC 5626 §4.5)', async () => {
    const { attempts, breakConnection, names, pass, registration } = start();
    await registration.start(3_600);
    registration.proven();
    await pass(10);
    await breakConnection();
    expect(attempts).toEqual([0, 10]);
    expect(names()).toEqual(['registering', 'registered', 'registering', 'registered']);
  });

  it('waits where the connection breaks before a keep-alive was answered, so that no server is asked without pause', async () => {
    const { attempts, breakConnection, names, pass, registration } = start();
    await registration.start(3_600);
    await breakConnection();
    expect(attempts).toEqual([0]);
    expect(names().at(-1)).toBe('waiting');
    await pass(45);
    expect(attempts).toEqual([0, 45]);
  });

  it('counts a flow as good at once where the server answers no keep-alives', async () => {
    const { attempts, breakConnection, registration } = start({ answersPings: false });
    await registration.start(3_600);
    await breakConnection();
    expect(attempts).toEqual([0, 0]);
  });

  it('waits where the successor of such a flow closes at once too, and counts it as good once it has lasted', async () => {
    const { attempts, breakConnection, names, pass, registration } = start({ answersPings: false });
    await registration.start(3_600);
    await breakConnection();
    await breakConnection();
    expect([attempts, names().at(-1)]).toEqual([[0, 0], 'waiting']);
    await pass(45);
    expect(attempts).toEqual([0, 0, 45]);
    await pass(30);
    await breakConnection();
    expect(attempts).toEqual([0, 0, 45, 75]);
  });

  it('waits longer after each failure, also after the first attempt, and tells of what it failed', async () => {
    const { attempts, line, pass, registration, states } = start();
    line.push(down, down, down);
    await expect(registration.start(3_600)).rejects.toBe(down);
    expect(states.at(-1)).toEqual({
      state: 'waiting',
      retryAt: 1_045_000,
      failures: 1,
      why: down,
      until: undefined,
    });
    for (const seconds of [45, 90, 180]) await pass(seconds);
    expect(attempts).toEqual([0, 45, 135, 315]);
    expect(registration.state.state).toBe('registered');
  });

  it('obeys Retry-After, and 0 but once in a row (RFC 5626 §4.2.1)', async () => {
    const { attempts, line, pass, registration } = start();
    line.push(answer(503, { 'Retry-After': 7 }), answer(503, { 'Retry-After': 0 }));
    await registration.start(3_600);
    await pass(7);
    await pass(0);
    expect(attempts).toEqual([0, 7]);
    await pass(1);
    expect(attempts).toEqual([0, 7, 8]);
  });

  it('is tried again before its end where the server that still knows it is busy', async () => {
    const { attempts, line, pass, registration, states } = start();
    line.push(answer(200, { Expires: 60 }), answer(503));
    await registration.start(3_600);
    await pass(30);
    expect(states.at(-1)).toMatchObject({ state: 'waiting', until: 1_060_000, retryAt: 1_045_000 });
    await pass(15);
    expect(attempts).toEqual([0, 30, 45]);
  });

  it.each([401, 403, 404, 603])(
    'ends where the registrar answers %s: asking again is of no use',
    async (status) => {
      const { attempts, line, names, pass, registration } = start();
      line.push(answer(status));
      expect((await registration.start(3_600)).status).toBe(status);
      await pass(86_400);
      expect(attempts).toEqual([0]);
      expect([names().at(-1), registration.isKept]).toEqual(['refused', false]);
    },
  );

  it('ends when the user agent asks for it, and nothing that was under way begins it again', async () => {
    const { attempts, line, names, pass, registration } = start();
    line.push(down);
    await registration.start(3_600).catch(() => {});
    await registration.end();
    await pass(86_400);
    expect(attempts).toEqual([0, 0]);
    expect(names().at(-1)).toBe('unregistered');
  });
});

describe('a second REGISTER (RFC 3261 §10.2)', () => {
  it('waits for the answer to the first, and for its failure', async () => {
    const asked: number[] = [];
    const answers: ((response: SipResponse) => void)[] = [];
    const fails: ((error: Error) => void)[] = [];
    const registration = new Registration({
      clock: new StepClock(1_000_000),
      random: () => 0.5,
      timings: defaultStayTimings,
      send: (expiresSec) => {
        asked.push(expiresSec);
        return new Promise((resolve, reject) => {
          answers.push(resolve);
          fails.push(reject);
        });
      },
      granted: (response) => response.expires,
      server: () => ({ address: '192.0.2.1', port: 5061 }),
      onGranted: () => true,
      onState() {},
      onFault() {},
    });
    const first = registration.start(3_600);
    const second = registration.start(600);
    const removal = registration.end();
    expect(asked).toEqual([3_600]);
    answers[0]?.(answer(200, { Expires: 3_600 }));
    await first;
    await expect.poll(() => asked).toEqual([3_600, 600]);
    fails[1]?.(down);
    await expect(second).rejects.toBe(down);
    await expect.poll(() => asked).toEqual([3_600, 600, 0]);
    answers[2]?.(answer(200));
    expect((await removal).status).toBe(200);
    expect(registration.state.state).toBe('unregistered');
  });
});

describe('the wait after a failure (RFC 5626 §4.5)', () => {
  it.each([
    [1, 0, 30_000],
    [1, 1, 60_000],
    [3, 1, 240_000],
    [6, 1, 1_800_000],
    [1_000, 0, 900_000],
  ])('after %i in a row and with chance %f is %i ms', (failures, random, ms) => {
    expect(recoveryDelayMs(failures, defaultStayTimings, random)).toBe(ms);
  });
});
