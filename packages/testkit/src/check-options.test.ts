import {
  createTestAuthority,
  createTestLog,
  freePorts,
  type NetworkOptions,
  StepClock,
  startNetwork,
} from '@entente/testkit';
import { expect, it } from 'vitest';

it.each<readonly [string, unknown, string]>([
  ['domain', '', 'a text, found an empty text'],
  ['clients', 'alice', 'a list, found alice'],
  ['dnsPort', Number.NaN, 'a port from 1 to 65535, found NaN'],
  ['dnsPort', -1, 'a port from 1 to 65535, found -1'],
  ['hasDirectors', 'no', 'true or false, found no'],
  ['extend', {}, 'a function, found an object'],
  ['frontEndConfig', [], 'an object, found a list'],
  ['clients', ['alice', 'zoe'], 'among alice, bob, carol, dave, frank, erin, found zoe'],
  ['logLevel', 'trace', "'debug', found trace"],
])('a network is not started with %s of %s', async (name, value, rest) => {
  await expect(startNetwork({ [name]: value } as NetworkOptions)).rejects.toMatchObject({
    code: 'ENTENTE_TESTKIT_OPTION',
    message: `expected ${name} of startNetwork to be ${rest}`,
  });
});

it('a network is not started with an option that there is not, and no ports are found for a number that is none', async () => {
  await expect(startNetwork({ client: ['alice'] } as NetworkOptions)).rejects.toMatchObject({
    code: 'ENTENTE_TESTKIT_OPTION',
    message: expect.stringMatching(
      /^expected only options of startNetwork, found "client": there are domain, /,
    ),
  });
  for (const wanted of [Number.NaN, -1, 0.5, '2'])
    await expect(freePorts(wanted as number)).rejects.toMatchObject({ code: 'ENTENTE_TESTKIT_OPTION' });
});

it.each<readonly [string, () => unknown, string]>([
  [
    'createTestAuthority',
    () => createTestAuthority(undefined as never),
    'name of createTestAuthority to be a text',
  ],
  ['createTestLog', () => createTestLog('x' as never), 'write of createTestLog to be a function'],
  ['StepClock', () => new StepClock('x' as never), 'start of StepClock to be milliseconds since 1970'],
])('%s refuses an argument of another type', async (_, call, sentence) => {
  await expect((async () => call())()).rejects.toMatchObject({
    code: 'ENTENTE_TESTKIT_OPTION',
    message: expect.stringContaining(`expected ${sentence}, found `),
  });
});
