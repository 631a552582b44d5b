import type { RequestOrigin } from '@entente/sip-relay';
import { expect, it } from 'vitest';
import { SignedInUsers } from './signed-in-users.ts';

const [alice, bob] = ['alice@contoso.example', 'bob@contoso.example'] as const;

function connection(...users: string[]): RequestOrigin {
  return {
    id: 1,
    server: undefined,
    protection: {},
    isClosed: false,
    users: new Map(users.map((user) => [user, 1])),
  } as never;
}

it('signs a user out on every connection, and nobody else', () => {
  const users = new SignedInUsers();
  const [shared, own] = [connection(alice, bob), connection(alice)];
  users.signedIn(alice, shared, 'a');
  users.signedIn(bob, shared, 'a');
  users.signedIn(alice, own, 'b');
  users.signOut(alice);
  expect([[...shared.users.keys()], own.users.size]).toEqual([[bob], 0]);
  expect([users.isSignedOut(alice, 'a'), users.isSignedOut(alice, 'b')]).toEqual([true, true]);
  expect(users.isSignedOut(bob, 'a')).toBe(false);
  users.signedIn(alice, shared, 'a');
  expect([users.isSignedOut(alice, 'a'), users.isSignedOut(alice, 'b')]).toEqual([false, true]);
});

it('keeps nothing of a connection that is closed', () => {
  const users = new SignedInUsers();
  const one = connection(alice);
  users.signedIn(alice, one, 'a');
  users.signOut(alice);
  one.users.set(bob, 1);
  users.signedIn(bob, one, 'a');
  users.closed(one, 'a');
  expect([users.size, users.isSignedOut(alice, 'a')]).toEqual([0, false]);
});

it('knows the connections that are of the devices of one user alone', () => {
  const users = new SignedInUsers();
  const [shared, own] = [connection(alice, bob), connection(alice)];
  const ofEdge = { ...connection(alice), server: 'edge1.contoso.example' };
  for (const [flow, one] of [shared, own, ofEdge].entries()) users.signedIn(alice, one, `${flow}`);
  expect(users.ownOf(alice)).toEqual([own]);
  expect(users.ownOf(bob)).toEqual([]);
});
