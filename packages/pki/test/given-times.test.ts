import { randomBytes } from 'node:crypto';
import {
  afterStep,
  createCrl,
  enrolHandler,
  examineRootRequest,
  firstPoolKeys,
  isOfTheFuture,
  isRootListDue,
  isRotationDue,
  joinTokenSecretHash,
  keysInUse,
  nextStep,
  retirementsDue,
  rootNeeds,
  rotatePoolKeys,
  spkiHash,
  successorOf,
  verifyRootAnswer,
} from '@entente/pki';
import { createMemoryLedger } from '@entente/pki/ledger';
import { faultOf } from '@entente/testkit/fault';
import { describe, expect, it, vi } from 'vitest';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;
const noTimes = [undefined, Number.NaN, '0', new Date(0)];

/** Each call is refused, and the fault names the argument. */
async function refused(calls: readonly (readonly [() => unknown, string])[]): Promise<void> {
  for (const [call, place] of calls)
    expect(await faultOf(call), place).toMatchObject({ code: 'ENTENTE_PKI_BAD_ARGUMENT', place });
}

describe('the keys of a pool', () => {
  const random = (count: number) => randomBytes(count);
  const keys = firstPoolKeys('pool.contoso.example', { now: 0, random });

  it('do not go on opening because the reason for new ones is misspelt', async () => {
    for (const why of ['Compromised', 'compromise', undefined])
      await refused([[() => rotatePoolKeys(keys, given(why), { now: 1, random }), 'why of rotatePoolKeys']]);
    expect(rotatePoolKeys(keys, 'compromised', { now: 1, random }).keys).toHaveLength(1);
  });

  it('are not drawn from a source that gives another number of octets', async () => {
    for (const source of [() => new Uint8Array(31), () => 'x'.repeat(32), () => undefined])
      await refused([
        [() => firstPoolKeys(keys.pool, { now: 0, random: given(source) }), 'random of firstPoolKeys'],
        [
          () => rotatePoolKeys(keys, 'scheduled', { now: 0, random: given(source) }),
          'random of rotatePoolKeys',
        ],
      ]);
  });

  it('are not looked at by a time that is none', async () => {
    for (const now of noTimes)
      await refused([
        [() => firstPoolKeys(keys.pool, { now: given(now), random }), 'now of firstPoolKeys'],
        [() => rotatePoolKeys(keys, 'scheduled', { now: given(now), random }), 'now of rotatePoolKeys'],
        [() => isRotationDue(keys, given(now)), 'now of isRotationDue'],
        [() => keysInUse(keys, given(now)), 'now of keysInUse'],
      ]);
    await refused([
      [() => keysInUse(given({ ...keys, keys: [] }), 0), 'keys of keysInUse'],
      [() => isRotationDue(given(undefined), 0), 'keys of isRotationDue'],
      [() => firstPoolKeys(keys.pool, given(undefined)), 'options of firstPoolKeys'],
    ]);
  });
});

describe('a rollover', () => {
  const view = { issuers: [], revoked: new Set<number>(), lastEnd: new Map(), keys: new Set<number>() };
  const list = { thisUpdate: 0, nextUpdate: 1 };

  it('does not stand still by a time that is none', async () => {
    for (const now of noTimes.map(given))
      await refused([
        [() => nextStep(view, now), 'now of nextStep'],
        [() => rootNeeds(view, list, now), 'now of rootNeeds'],
        [() => successorOf(view, now), 'now of successorOf'],
        [() => retirementsDue(view, now), 'now of retirementsDue'],
        [() => afterStep([], { kind: 'retire', number: 1 }, now), 'now of afterStep'],
        [() => isOfTheFuture(0, now), 'now of isOfTheFuture'],
        [() => isRootListDue(list, now), 'now of isOfTheFuture'],
      ]);
  });

  it('does not go on below a root whose withdrawal is misspelt', async () => {
    await refused([
      [() => nextStep(given({ ...view, withdrawal: new Set([1]) }), 0), 'options of nextStep'],
      [() => nextStep(given({ ...view, withdrawn: [1] }), 0), 'withdrawn of nextStep'],
      [() => nextStep(given({ ...view, keys: undefined }), 0), 'keys of nextStep'],
      [() => rootNeeds(given(undefined), list, 0), 'options of rootNeeds'],
      [() => afterStep([], given({ kind: 'Retire', number: 1 }), 0), 'step of afterStep'],
    ]);
  });
});

describe('a root', () => {
  const root = { der: new Uint8Array(), subject: {}, notAfter: 9 };
  const machine = { root, now: 1 };
  const knowledge = {
    ...machine,
    domain: 'contoso.example',
    roots: [],
    list: { der: new Uint8Array(), entries() {} },
    objectsUrl: 'http://pki.contoso.example',
    issuers: [],
  };

  it('signs nothing, and what it has signed is not taken, by a time that is none', async () => {
    for (const now of noTimes)
      await refused([
        [() => examineRootRequest(given({}), given({ ...machine, now })), 'now of examineRootRequest'],
        [() => verifyRootAnswer(given({}), given({ ...knowledge, now })), 'now of verifyRootAnswer'],
      ]);
  });

  it('signs nothing without the list that its machine has, and by a clock that is right in a text', async () => {
    await refused([
      [
        () => examineRootRequest(given({}), given({ ...machine, list: root.der })),
        'options of examineRootRequest',
      ],
      [() => examineRootRequest(given({}), given({ ...machine, known: 'x' })), 'known of examineRootRequest'],
      [
        () => examineRootRequest(given({}), given({ ...machine, isClockRight: 'false' })),
        'isClockRight of examineRootRequest',
      ],
      [() => verifyRootAnswer(given({}), given(undefined)), 'options of verifyRootAnswer'],
    ]);
  });
});

describe('a list', () => {
  it('is not signed with content of another form, nor as the list of all because its address is misspelt', async () => {
    const issuer = given({
      certificate: {},
      signer: { scheme: 'ecdsa-p256-sha256', sign: async () => new Uint8Array() },
    });
    const content = { number: 1, thisUpdate: 0, nextUpdate: 1, revoked: [] };
    for (const [wrong, place] of [
      [{ distributionPoints: 'http://a.example' }, 'options of createCrl'],
      [{ number: 0 }, 'number of createCrl'],
      [{ nextUpdate: new Date(1) }, 'nextUpdate of createCrl'],
      [{ revoked: undefined }, 'revoked of createCrl'],
    ] as const)
      await refused([[() => createCrl(issuer, given({ ...content, ...wrong })), place]]);
    await refused([[() => createCrl(given({}), content), 'issuer of createCrl']]);
  });
});

describe('a hash', () => {
  it('is not made of a text', async () => {
    await refused([
      [() => spkiHash(given('MFkw')), 'publicKey'],
      [() => joinTokenSecretHash(given('secret')), 'secret'],
    ]);
  });
});

describe('an enrolment', () => {
  const options = {
    issuance: given({ issuer: { id: 'a' }, issue() {} }),
    ledger: createMemoryLedger(),
    clock: () => 0,
  };
  const request = () => new Request('https://ca.contoso.example/enrol');

  it('is heard of by the hook of its authority where the hook of the call is undefined', async () => {
    const onRefused = vi.fn();
    const handler = enrolHandler({ ...options, onRefused });
    await handler(request(), undefined, given({ onRefused: undefined }));
    expect(onRefused).toHaveBeenCalledOnce();
  });

  it('has no hooks of another form', async () => {
    await refused([
      [() => enrolHandler({ ...options, refuseToken: given('all') }), 'refuseToken of enrolHandler'],
      [() => enrolHandler({ ...options, clock: given(0) }), 'clock of enrolHandler'],
      [() => enrolHandler({ ...options, issuance: given({}) }), 'issuance of enrolHandler'],
      [
        () => enrolHandler(options)(request(), undefined, given({ onIssue() {} })),
        'options of the handler of enrolHandler',
      ],
    ]);
  });
});
