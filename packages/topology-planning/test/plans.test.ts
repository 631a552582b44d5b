import { contoso, placed } from '@entente/testkit/topology';
import { allowMatrix, buildTopology, links, peersOf } from '@entente/topology';
import { dnsPlan, firewallPlan, linkMatrix, zoneFile } from '@entente/topology-planning';
import { describe, expect, it } from 'vitest';

const topology = buildTopology(placed);

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

  it('has a placeholder for each address that the topology does not have, and no line of a zone file that could be taken for a record', () => {
    const plan = dnsPlan(buildTopology(contoso));
    const addresses = plan.filter(({ type }) => type === 'A' || type === 'AAAA');
    expect(addresses.every(({ missing }) => missing === true)).toBe(true);
    expect(addresses).toContainEqual({
      view: 'internal',
      name: 'pool1.contoso.example',
      type: 'A',
      ttl: 300,
      data: '<address of fe1.contoso.example>',
      purpose: 'pool member fe1.contoso.example',
      missing: true,
    });
    const lines = zoneFile(plan).trim().split('\n').slice(1);
    expect(lines.filter((line) => line.includes('<address of'))).toHaveLength(addresses.length);
    for (const line of lines) expect(line.startsWith('; fill in: ')).toBe(line.includes('<address of'));
  });

  it('has an address for each target of an SRV record, and SRV for each NAPTR record', () => {
    const plan = dnsPlan(topology);
    const names = (view: string, ...types: string[]) =>
      new Set(
        plan.filter((record) => record.view === view && types.includes(record.type)).map(({ name }) => name),
      );
    for (const { data, type, view } of plan) {
      const last = data.split(' ').at(-1)?.replace(/\.$/, '') ?? '';
      if (type === 'SRV') expect(names(view, 'A', 'AAAA')).toContain(last);
      if (type === 'NAPTR') expect(names(view, 'SRV')).toContain(last);
    }
    for (const domain of topology.domains.keys()) {
      expect(names('internal', 'SRV')).toContain(`_sipinternaltls._tcp.${domain}`);
      for (const service of ['_sip._tls', '_sips._tcp', '_sipfederationtls._tcp'])
        expect(names('external', 'SRV')).toContain(`${service}.${domain}`);
    }
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

  it('opens from perimeter to inside exactly the servers that edges and reverse proxies may dial, and no store', () => {
    const expected = new Set<string>();
    for (const server of topology.servers.values()) {
      if (server.zone !== 'perimeter') continue;
      for (const target of peersOf(topology, server.fqdn)) {
        if (topology.servers.get(target.fqdn)?.zone === 'internal')
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
    expect(plan.filter(({ destination }) => topology.stores.has(destination))).toEqual([]);
  });

  it('opens no port for validation by ACME: nobody listens there', () => {
    expect(plan.filter(({ row }) => row === links.authorityToMember.row)).toEqual([]);
  });

  it('lets edges fetch the lists of partners over HTTP, and ask DNS, where there are partners', () => {
    const outward = (one: typeof topology) =>
      firewallPlan(one)
        .filter(({ from, to }) => from === 'perimeter' && to === 'outside')
        .flatMap(({ destination, port, sources, udp }) =>
          sources.map((source) => `${source} → ${destination} ${port}${udp === true ? ' also UDP' : ''}`),
        );
    const lists = 'access1.contoso.example → any 80';
    const dns = 'edge1.contoso.example → resolver 53 also UDP';
    expect(outward(topology)).toContain(lists);
    expect(outward(topology)).toContain(dns);
    const { partners: _, providers: __, ...alone } = placed;
    expect(outward(buildTopology(alone)).filter((line) => !line.includes('resolver'))).toEqual([]);
  });

  it('lets an edge ask DNS for servers of ours where the topology does not give their addresses', () => {
    const { partners: _, providers: __, ...alone } = contoso;
    const asks = firewallPlan(buildTopology(alone)).filter(({ destination }) => destination === 'resolver');
    expect(asks).toHaveLength(1);
    expect(asks[0]?.sources).toContain('edge1.contoso.example');
  });

  it('opens nothing from an edge to the authority where its row to the authority is closed, and the port for pushes in the other direction', () => {
    const between = (rows: readonly number[], narrowed = topology) =>
      firewallPlan(narrowed)
        .filter(({ row }) => row !== undefined && rows.includes(row))
        .flatMap(({ destination, from, port, sources, to }) =>
          sources.map((source) => `${from} ${source} → ${to} ${destination} ${port}`),
        );
    const pushes = 'internal ca1.contoso.example → perimeter edge1.contoso.example 4443';
    const asks = /^perimeter edge1\.contoso\.example → internal ca1\.contoso\.example /;
    expect(between([15]).some((line) => asks.test(line))).toBe(true);
    const silent = buildTopology({
      ...placed,
      links: [{ row: links.memberToAuthority.row, a: ['edge1.contoso.example'], closed: true }],
    });
    expect(between([15], silent).filter((line) => line.includes('edge1.'))).toEqual([]);
    expect(between([16], silent)).toContain(pushes);
    const unpushed = buildTopology({ ...placed, links: [{ row: links.authorityToEdge.row, closed: true }] });
    expect(between([16], unpushed)).toEqual([]);
  });

  it('closes what a narrowing closes', () => {
    const narrowed = buildTopology({
      ...placed,
      links: [
        { row: links.edgeToFrontEnd.row, closed: true },
        { row: links.clientToEdge.row, closed: true },
      ],
    });
    const rows = firewallPlan(narrowed).map((opening) => opening.row);
    expect(rows).not.toContain(links.edgeToFrontEnd.row);
    expect(rows).not.toContain(links.clientToEdge.row);
    expect(rows).toContain(links.federation.row);
  });
});

describe('the link matrix', () => {
  it('tells which rows are in use, and how they are narrowed', () => {
    const matrix = linkMatrix(
      buildTopology({
        ...contoso,
        links: [
          { row: links.directorToFrontEnd.row, closed: true },
          { row: links.frontEndToMediation.row, mayOpen: 'a' },
        ],
      }),
    );
    expect(matrix).toHaveLength(allowMatrix.length);
    expect(matrix.filter((row) => !row.inUse).map((row) => row.row)).toEqual([links.directorToFrontEnd.row]);
    expect(matrix.find((row) => row.row === links.frontEndToMediation.row)?.narrowed).toEqual([
      'only A opens',
    ]);
    expect(matrix.find((row) => row.row === links.frontEndToApplication.row)?.narrowed).toEqual([
      'only A opens: bot1.contoso.example is outbound-only',
    ]);
  });
});
