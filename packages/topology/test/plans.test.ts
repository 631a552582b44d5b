import {
  allowMatrix,
  buildTopology,
  certificateNames,
  certificatePlan,
  dnsPlan,
  firewallPlan,
  hopFinder,
  linkMatrix,
  linkOfServer,
  links,
  noLink,
  peersOf,
  type TopologyDocument,
  zoneFile,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { contoso } from './fixtures/contoso.ts';

/** The fixture with addresses and ports as a demo on one machine has them. */
const placed: TopologyDocument = {
  ...contoso,
  servers: contoso.servers.map((server) => {
    const internal = { address: '127.0.0.1' };
    switch (server.fqdn) {
      case 'fe1.contoso.example':
        return {
          ...server,
          interfaces: { internal: { ...internal, ports: { sip: 15061, web: 10443, validation: 10080 } } },
        };
      case 'fe2.contoso.example':
        return {
          ...server,
          interfaces: { internal: { address: '::1', ports: { sip: 15062, web: 10444, validation: 10081 } } },
        };
      case 'edge1.contoso.example':
        return {
          ...server,
          interfaces: { internal, external: { ...server.interfaces?.external, address: '192.0.2.1' } },
        };
      default:
        return server;
    }
  }),
};
const topology = buildTopology(placed);

describe('certificate names', () => {
  const namesOf = (fqdn: string) => certificateNames(topology, fqdn);

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
        subject: 'fe1.contoso.example',
        dnsNames,
        sipUris: dnsNames.map((name) => `sip:${name}`),
        issuer: 'enterprise',
      },
    ]);
  });

  it('give an edge one certificate inside with its own name alone, and one outside with the names of the domains', () => {
    expect(namesOf('edge1.contoso.example')).toEqual([
      {
        interface: 'internal',
        subject: 'edge1.contoso.example',
        dnsNames: ['edge1.contoso.example'],
        sipUris: ['sip:edge1.contoso.example'],
        issuer: 'enterprise',
      },
      {
        interface: 'external',
        subject: 'access1.contoso.example',
        dnsNames: ['access1.contoso.example', 'sip.contoso.example', 'contoso.example'],
        sipUris: [],
        issuer: 'public',
      },
    ]);
  });

  it.each(['ca1.contoso.example', 'web1.contoso.example', 'rp1.contoso.example'])(
    'give no sip: URI to %s',
    (fqdn) => {
      for (const names of namesOf(fqdn)) expect(names.sipUris).toEqual([]);
    },
  );

  it('never hold a sip: URI without its DNS name, nor a DNS name for SIP without its sip: URI, nor a wildcard', () => {
    for (const { dnsNames, sipUris } of certificatePlan(topology)) {
      if (sipUris.length > 0) expect(sipUris).toEqual(dnsNames.map((name) => `sip:${name}`));
      expect(dnsNames.join()).not.toContain('*');
      expect(new Set(dnsNames).size).toBe(dnsNames.length);
    }
  });

  it('name a server’s own FQDN in no other server’s certificate', () => {
    const owners = new Map<string, Set<string>>();
    for (const { server, dnsNames } of certificatePlan(topology)) {
      for (const name of dnsNames) owners.set(name, (owners.get(name) ?? new Set()).add(server));
    }
    for (const fqdn of topology.servers.keys()) expect([...(owners.get(fqdn) ?? [])]).toEqual([fqdn]);
  });

  it('are refused for a server that is not there', () => {
    expect(() => namesOf('gone.contoso.example')).toThrow(
      expect.objectContaining({ code: 'ENTENTE_UNKNOWN_SERVER' }),
    );
  });
});

describe('the DNS plan', () => {
  const records = dnsPlan(topology).map(
    (record) => `${record.view} ${record.name} ${record.type} ${record.data}`,
  );

  it('leads internal clients to each member where ports differ, and to the pool where they do not', () => {
    expect(records).toContain(
      'internal _sipinternaltls._tcp.contoso.example SRV 0 10 15061 fe1.contoso.example.',
    );
    expect(records).toContain(
      'internal _sipinternaltls._tcp.contoso.example SRV 0 10 15062 fe2.contoso.example.',
    );
    expect(records).toContain(
      'internal _sipinternaltls._tcp.contoso.example SRV 0 10 5061 pool2.contoso.example.',
    );
    expect(records).toContain(
      'internal contoso.example NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.contoso.example.',
    );
  });

  it('leads external clients and partners to the edges', () => {
    expect(records).toContain('external _sip._tls.contoso.example SRV 0 10 443 access1.contoso.example.');
    expect(records).toContain(
      'external _sipfederationtls._tcp.contoso.example SRV 0 10 5061 access2.contoso.example.',
    );
  });

  it('gives addresses of servers and pools inside, and of access names outside only', () => {
    expect(records).toContain('internal fe1.contoso.example A 127.0.0.1');
    expect(records).toContain('internal fe2.contoso.example AAAA ::1');
    expect(records).toContain('internal pool1.contoso.example A 127.0.0.1');
    expect(records).toContain('external access1.contoso.example A 192.0.2.1');
    expect(
      records.filter((record) => record.startsWith('external') && /(fe|dir|edge)\d/.test(record)),
    ).toEqual([]);
  });

  it('is written as a zone file with one record a line', () => {
    const external = dnsPlan(topology).filter((record) => record.view === 'external');
    const lines = zoneFile(external).trim().split('\n');
    expect(lines).toHaveLength(external.length + 1);
    expect(lines[1]).toMatch(
      /^_sip\._tls\.contoso\.example\. 300 IN SRV 0 10 443 access1\.contoso\.example\. ; /,
    );
  });
});

describe('the firewall plan', () => {
  const plan = firewallPlan(topology);

  it('never opens a way from outside to inside', () => {
    expect(plan.filter((opening) => opening.from === 'outside' && opening.to === 'internal')).toEqual([]);
    expect(plan.filter((opening) => opening.from === 'internal' && opening.to === 'outside')).toEqual([]);
  });

  it('opens from perimeter to inside exactly what the edges and reverse proxies may dial', () => {
    const expected = new Set<string>();
    for (const server of topology.servers.values()) {
      if (server.zone !== 'perimeter') continue;
      for (const target of peersOf(topology, server.fqdn)) {
        if (topology.servers.get(target.fqdn)?.zone !== 'perimeter')
          expected.add(`${server.fqdn} ${target.fqdn} ${target.port}`);
      }
    }
    const opened = plan
      .filter((opening) => opening.from === 'perimeter' && opening.to === 'internal')
      .flatMap((opening) =>
        opening.sources.map((source) => `${source} ${opening.destination} ${opening.port}`),
      );
    expect(new Set(opened)).toEqual(expected);
    expect(opened).toContain('edge1.contoso.example fe1.contoso.example 15061');
    expect(opened).not.toContain('rp1.contoso.example fe1.contoso.example 15061');
  });

  it('closes what a narrowing closes', () => {
    const narrowed = buildTopology({
      ...placed,
      links: [
        { row: 4, closed: true },
        { row: 1, closed: true },
      ],
    });
    const rows = firewallPlan(narrowed).map((opening) => opening.row);
    expect(rows).not.toContain(4);
    expect(rows).not.toContain(1);
    expect(rows).toContain(12);
  });
});

describe('the link matrix', () => {
  it('tells which rows are in use, and how they are narrowed', () => {
    const matrix = linkMatrix(
      buildTopology({
        ...contoso,
        links: [
          { row: 6, closed: true },
          { row: 7, mayOpen: 'a' },
        ],
      }),
    );
    expect(matrix).toHaveLength(20);
    expect(matrix.filter((row) => !row.inUse).map((row) => row.row)).toEqual([6]);
    expect(matrix.find((row) => row.row === 7)?.narrowed).toEqual(['only a opens']);
    expect(matrix.find((row) => row.row === 8)?.narrowed).toEqual([
      'only A opens: bot1.contoso.example is outbound-only',
    ]);
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
