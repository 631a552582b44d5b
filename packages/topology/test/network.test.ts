import { contoso, placed } from '@entente/testkit/topology';
import {
  allowMatrix,
  buildTopology,
  certificateNames,
  hopFinder,
  linkOfServer,
  links,
  noLink,
  peersOf,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = buildTopology(placed);

describe('certificate names', () => {
  const namesOf = (fqdn: string) => certificateNames(topology, fqdn);
  const all = [...topology.servers.keys()].flatMap((server) =>
    namesOf(server).map((names) => ({ server, ...names })),
  );

  it('give a front end its own, its pool’s, and the names of the domains it serves, each as DNS name and sip: URI', () => {
    const dnsNames = [
      'fe1.contoso.example',
      'pool1.contoso.example',
      'sip.contoso.example',
      'contoso.example',
    ];
    expect(namesOf('fe1.contoso.example')).toEqual([
      {
        interface: 'internal',
        commonName: 'fe1.contoso.example',
        dnsNames,
        uris: dnsNames.map((name) => `sip:${name}`),
        issuer: 'enterprise',
      },
    ]);
  });

  it('give an edge one certificate inside with its own name alone, and one outside with the names of the domains', () => {
    expect(namesOf('edge1.contoso.example')).toEqual([
      {
        interface: 'internal',
        commonName: 'edge1.contoso.example',
        dnsNames: ['edge1.contoso.example'],
        uris: ['sip:edge1.contoso.example'],
        issuer: 'enterprise',
      },
      {
        interface: 'external',
        commonName: 'access1.contoso.example',
        dnsNames: ['access1.contoso.example', 'sip.contoso.example', 'contoso.example'],
        uris: [],
        issuer: 'public',
      },
    ]);
  });

  it.each(['ca1.contoso.example', 'web1.contoso.example', 'rp1.contoso.example'])(
    'give no sip: URI to %s',
    (fqdn) => {
      for (const names of namesOf(fqdn)) expect(names.uris).toEqual([]);
    },
  );

  it('never hold a sip: URI without its DNS name, nor a DNS name for SIP without its sip: URI, nor a wildcard', () => {
    for (const { dnsNames, uris } of all) {
      if (uris.length > 0) expect(uris).toEqual(dnsNames.map((name) => `sip:${name}`));
      expect(dnsNames.join()).not.toContain('*');
      expect(new Set(dnsNames).size).toBe(dnsNames.length);
    }
  });

  it('name a server’s own FQDN in no other server’s certificate', () => {
    const owners = new Map<string, Set<string>>();
    for (const { server, dnsNames } of all) {
      for (const name of dnsNames) owners.set(name, (owners.get(name) ?? new Set()).add(server));
    }
    for (const fqdn of topology.servers.keys()) expect([...(owners.get(fqdn) ?? [])]).toEqual([fqdn]);
  });

  it('hold the further names that an interface lists', () => {
    const further = buildTopology({
      ...contoso,
      servers: contoso.servers.map((server) =>
        server.fqdn === 'dir1.contoso.example'
          ? {
              ...server,
              interfaces: { internal: { names: ['dir.contoso.example', 'sip:dir2.contoso.example'] } },
            }
          : server,
      ),
    });
    const [names] = certificateNames(further, 'dir1.contoso.example');
    expect(names?.dnsNames).toEqual(expect.arrayContaining(['dir.contoso.example', 'dir2.contoso.example']));
    expect(names?.uris).toEqual(
      expect.arrayContaining(['sip:dir.contoso.example', 'sip:dir2.contoso.example']),
    );
  });

  it('are refused for a server that is not there', () => {
    expect(() => namesOf('gone.contoso.example')).toThrow(
      expect.objectContaining({ code: 'ENTENTE_UNKNOWN_SERVER' }),
    );
  });
});

describe('a user’s home', () => {
  it('is the named front end, or one member of the named pool, or one of the domain’s pool', () => {
    expect(topology.homeServer('sip:alice@contoso.example')?.fqdn).toBe('fe1.contoso.example');
    expect(topology.homeServer('SIPS:alice@CONTOSO.example')?.fqdn).toBe('fe1.contoso.example');
    expect(topology.homeServer('bob@contoso.example')?.fqdn).toBe('fe3.contoso.example');
    expect(['fe1.contoso.example', 'fe2.contoso.example']).toContain(
      topology.homeServer('user9@contoso.example')?.fqdn,
    );
  });

  it('is nowhere for another domain, or for what is no address', () => {
    for (const aor of ['alice@fabrikam.example', 'alice', '@contoso.example', 'sip:', '', 'alice@']) {
      expect(topology.homeServer(aor)).toBeUndefined();
    }
  });

  it('stays where it is when another member leaves the pool, and is shared evenly', () => {
    const pool = (count: number) =>
      buildTopology({
        ...contoso,
        users: {},
        servers: Array.from({ length: count }, (_, index) => ({
          fqdn: `fe${index}.contoso.example`,
          role: 'front-end' as const,
          pool: 'pool1.contoso.example',
        })),
      });
    const five = pool(5);
    const four = pool(4);
    const counts = new Map<string, number>();
    for (let index = 0; index < 2000; index++) {
      const before = five.homeServer(`user${index}@contoso.example`)!.fqdn;
      const after = four.homeServer(`user${index}@contoso.example`)!.fqdn;
      if (before !== 'fe4.contoso.example') expect(after).toBe(before);
      counts.set(before, (counts.get(before) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count).toBeGreaterThan(300);
  });
});

describe('peersOf', () => {
  it('tells where to dial, as the topology pins it', () => {
    const targets = peersOf(topology, 'fe2.contoso.example').filter(
      (target) => target.fqdn === 'fe1.contoso.example',
    );
    expect(targets).toEqual([
      {
        row: 13,
        protection: 'MTLS',
        from: 'internal',
        fqdn: 'fe1.contoso.example',
        role: 'front-end',
        service: 'sip',
        address: '127.0.0.1',
        port: 15061,
        maySend: true,
      },
    ]);
  });

  it('lists no outbound link for a server that may only be dialled, but that to the authority', () => {
    const rows = peersOf(topology, 'bot1.contoso.example').map((target) => target.row);
    expect(new Set(rows)).toEqual(new Set([15, 18]));
  });
});

describe('hopFinder', () => {
  it('finds a server that may be sent requests, where the topology pins it', () => {
    const hopTo = hopFinder(() => topology, 'fe2.contoso.example');
    expect(hopTo('fe1.contoso.example')).toEqual({
      name: 'fe1.contoso.example',
      address: '127.0.0.1',
      port: 15061,
      link: links.frontEndToFrontEnd,
    });
    expect(hopTo('authority.contoso.example')).toBeUndefined();
    expect(hopTo('nowhere.contoso.example')).toBeUndefined();
  });

  it('says of a gateway alone that it runs a program of others', () => {
    const role = (fqdn: string) => topology.servers.get(fqdn)?.role;
    const [mediation] = [...topology.servers.keys()].filter((fqdn) => role(fqdn) === 'mediation');
    const hopTo = hopFinder(() => topology, mediation ?? '');
    const hops = [...topology.servers.keys()].flatMap((fqdn) => hopTo(fqdn) ?? []);
    expect(new Set(hops.map(({ name }) => role(name)))).toContain('front-end');
    const foreign = hops.filter(({ isForeign }) => isForeign === true);
    expect(new Set(foreign.map(({ name }) => role(name)))).toEqual(new Set(['gateway']));
  });

  it('goes by the topology in force', () => {
    let current = topology;
    const hopTo = hopFinder(() => current, 'fe2.contoso.example');
    expect(hopTo('fe1.contoso.example')).toBeDefined();
    const servers = placed.servers.filter(({ fqdn }) => fqdn !== 'fe1.contoso.example');
    current = buildTopology({ ...placed, servers });
    expect(hopTo('fe1.contoso.example')).toBeUndefined();
  });

  it('finds nothing from an interface that the server does not have', () => {
    expect(
      hopFinder(() => topology, 'fe2.contoso.example', 'external')('fe1.contoso.example'),
    ).toBeUndefined();
  });
});

describe('a link', () => {
  it('is named by its row', () => {
    expect(links.federation).toMatchObject({ row: 12, name: '12 edge–partner' });
    for (const [index, { row, name }] of allowMatrix.entries()) {
      expect(row).toBe(index + 1);
      expect(name).toMatch(new RegExp(`^${row} [a-z-]+–[a-z-]+$`));
    }
  });

  it('of a server that the topology does not allow permits nothing', () => {
    const peer = { dnsNames: ['fe1.contoso.example'], sipDomains: [] };
    expect(linkOfServer(peer, () => ({ ok: true, row: 13 }))).toBe(links.frontEndToFrontEnd);
    expect(linkOfServer(peer, () => ({ ok: false }))).toBe(noLink);
    expect(linkOfServer(peer, () => ({ ok: false, row: 13 }))).toBe(noLink);
  });
});

describe('a partner', () => {
  it('is found by each of its domains, and a blocked one wins', () => {
    expect(topology.partnerOf('fabrikam.TEST')?.id).toBe('fabrikam');
    expect(topology.partnerOf('spam.example')).toMatchObject({ kind: 'blocked' });
    expect(topology.partnerOf('eu.fabrikam.example')).toBeUndefined();
    expect(topology.isOurDomain('Contoso.example')).toBe(true);
    expect(topology.isOurDomain('eu.contoso.example')).toBe(false);
  });
});

describe('a document with a server of a role that there is not', () => {
  it.each(['frontend', 'toString', undefined])('is refused with the role and the server (%s)', (role) => {
    const [first, ...others] = contoso.servers;
    const document = { ...contoso, servers: [{ ...first, role } as never, ...others] };
    expect(() => buildTopology(document)).toThrow(
      expect.objectContaining({ code: 'ENTENTE_INVALID_TOPOLOGY', place: `role of ${first?.fqdn}` }),
    );
  });
});
