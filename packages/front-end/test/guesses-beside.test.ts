import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

let network: Awaited<ReturnType<typeof startFrontEnd>>;
beforeAll(async () => {
  // A wait does not end while the test runs, however slow the machine is.
  const now = Date.now();
  network = await startFrontEnd({ clock: () => now });
});
afterAll(() => network[Symbol.asyncDispose]());

describe('guesses from the address of a user', () => {
  it('keep no user from refreshing on a connection on which the user has registered, and open none of a new one', async () => {
    const register = {
      as: 'alice',
      to: 'sip:alice@contoso.example',
      contact: '<sip:alice@client.invalid>',
    };
    const refresh = (peer: typeof alice, password?: string) =>
      peer.ask('REGISTER', 'sip:contoso.example', {
        ...register,
        ...(password === undefined ? {} : { password }),
      });
    const alice = await network.user('alice');
    const guesser = await network.client();
    for (let guess = 0; guess < 5; guess++)
      expect((await refresh(guesser, `guess ${guess}`)).status).toBe(401);
    expect((await refresh(guesser)).status).toBe(403);
    expect((await refresh(alice)).status).toBe(200);
    for (let guess = 0; guess < 3; guess++) expect((await refresh(alice, `guess ${guess}`)).status).toBe(401);
    expect((await refresh(alice)).status, 'three wrong ones of its own').toBe(403);
  });
});
