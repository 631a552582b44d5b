import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { routeAddress, routeName, serversBehind } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const pool = 'pool1.contoso.example';
const alone = 'med1.contoso.example';
const nameOf = (number: number) => `fe${number}.contoso.example`;
const withPorts = (ports: readonly number[]) =>
  sampleTopology({
    servers: [
      ...ports.map((sip, index) => ({
        ...sampleFrontEnd,
        fqdn: nameOf(index + 1),
        interfaces: { internal: { address: '127.0.0.1', ports: { sip } } },
      })),
      { fqdn: alone, role: 'mediation' },
    ],
  });
const onePort = withPorts([5061, 5061, 5061]);
const ownPorts = withPorts([15_061, 15_062, 15_063]);

describe('what a server writes into routes', () => {
  it('is the name of its pool with its own port and name, or its own name where it has no pool', () => {
    expect(routeAddress(onePort, nameOf(2), 5061)).toEqual({ host: pool, port: 5061, member: nameOf(2) });
    expect(routeAddress(onePort, alone, 5070)).toEqual({ host: alone, port: 5070 });
    expect([nameOf(1), alone, 'fabrikam.example'].map((name) => routeName(onePort, name))).toEqual([
      pool,
      alone,
      'fabrikam.example',
    ]);
  });
});

describe('the servers behind a name in a route', () => {
  it('begin with the member that wrote the entry, and go on with the others', () => {
    expect(serversBehind(onePort, pool, { member: nameOf(2), port: 5061 })).toEqual([2, 3, 1].map(nameOf));
  });

  it('begin with the member that alone listens on the port, where the entry does not say, or names no member', () => {
    for (const member of [undefined, alone, 'mallory.example'])
      expect(serversBehind(ownPorts, pool, { member, port: 15_063 })).toEqual([3, 1, 2].map(nameOf));
    expect(serversBehind(onePort, pool, { port: 5061 })).toEqual([1, 2, 3].map(nameOf));
  });

  it('are one for a name of its own, none for a name that is not ours, and four at the most', () => {
    expect(serversBehind(onePort, nameOf(3), { member: nameOf(1) })).toEqual([nameOf(3)]);
    expect(serversBehind(onePort, 'fabrikam.example')).toEqual([]);
    expect(serversBehind(withPorts(Array(9).fill(5061)), pool, { member: nameOf(8) })).toEqual(
      [8, 9, 1, 2].map(nameOf),
    );
  });
});
