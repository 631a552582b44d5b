import type { DeviceFlow, RequestOrigin } from '@entente/sip-relay';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { SignedInUsers } from '../signed-in-users.ts';
import { UserDevices } from './user-devices.ts';

const user = 'alice@contoso.example';
const device = 'abcdefghijkl';

/** A device of alice on one connection, on which another user has authenticated too, and a second one that is not signed out. */
function start() {
  const origin = (id: number, ...names: string[]): RequestOrigin => ({
    id,
    server: undefined,
    isClosed: false,
    users: new Map(names.map((name) => [name, Number.MAX_SAFE_INTEGER])),
    link: links.clientToFrontEnd,
    protection: {},
  });
  const shown = origin(1, user, 'bob@contoso.example');
  const other = origin(2, user);
  const signedIn = new SignedInUsers();
  signedIn.signedIn(user, shown, 'flow-1');
  signedIn.signedIn('bob@contoso.example', shown, 'flow-1');
  signedIn.signedIn(user, other, 'flow-2');
  const devices = new UserDevices({
    registrations: { bindingsOf: async () => [], removeBindings: async () => 0 },
    flows: {
      flowsOf: (of, named) => (of === user && named === device ? [{ flow: 'flow-1' } as DeviceFlow] : []),
    },
    signedIn,
  });
  return { devices, shown, other };
}

describe('a device that its user signs out', () => {
  it('has proven nothing on its connection any more, whatever other users and devices have', async () => {
    const { devices, other, shown } = start();
    expect(await devices.signOut(user, device)).toBe(true);
    expect([...shown.users.keys()]).toEqual(['bob@contoso.example']);
    expect([...other.users.keys()]).toEqual([user]);
    expect(await devices.signOut(user, device)).toBe(false);
  });

  it('is one of that user, by a name that is well formed', async () => {
    const { devices, shown } = start();
    for (const [of, named] of [
      ['bob@contoso.example', device],
      [user, 'abcdefghijkm'],
      [user, ''],
      [user, `${device}.1`],
    ] as const)
      expect(await devices.signOut(of, named)).toBe(false);
    expect(shown.users.size).toBe(2);
  });
});
