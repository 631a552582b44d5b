import { spawnSync } from 'node:child_process';
import { freePorts } from '@entente/testkit';
import {
  type Federation,
  federatedDeliveries,
  linksOf,
  refusalAtEdge,
  startFederation,
  uninvitedEdgePeers,
} from '@entente/testkit/repository';
import { links as allowed, allowMatrix } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;
const clients = ['alice', 'bob', 'erin'];

describe('two organisations, each with a CA of its own', () => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await startFederation({ clients });
  });
  afterAll(() => federation?.[Symbol.asyncDispose]());

  for (const delivery of federatedDeliveries) {
    it(`delivers ${delivery.title}`, async () => {
      const entry = await delivery.run(federation);
      expect(entry.through.length).toBeGreaterThan(1);
    });
  }

  for (const peer of uninvitedEdgePeers) {
    it(`refuses at the edge: ${peer.attack}: ${peer.expected}`, async () => {
      const entry = await refusalAtEdge(federation, peer);
      expect(entry.reason).toBe(peer.expected);
      expect(entry.remedy).not.toBe('');
    });
  }

  it.skipIf(!hasOpenssl)(
    'shows outsiders no CA names in the handshake of either external port (needs openssl)',
    () => {
      for (const network of [federation.contoso, federation.fabrikam]) {
        const { clients, federation: partners } = network.organisation.edge.externalPorts;
        for (const port of [clients, partners]) {
          const { stdout } = spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${port}`], {
            input: '',
          });
          const words = stdout.toString('utf8');
          expect(words).toContain('BEGIN CERTIFICATE');
          expect(words).toContain('No client certificate CA names sent');
          expect(words).not.toContain('Acceptable client certificate CA names');
        }
      }
    },
  );

  it('uses the links that the allow matrix has, each with its protection', async () => {
    const expected = [
      allowed.clientToEdge,
      allowed.clientToFrontEnd,
      allowed.edgeToFrontEnd,
      allowed.federation,
      allowed.frontEndToFrontEnd,
      allowed.memberToAuthority,
      allowed.authorityToEdge,
    ];
    const links = () => linksOf([...federation.contoso.processes, ...federation.fabrikam.processes]);
    // An edge that has started late is pushed to within a minute.
    await expect
      .poll(() => new Set(links().map(({ link }) => link)))
      .toEqual(new Set(expected.map(({ row }) => row)));
    for (const { link, protection, tls } of links()) {
      expect({ link, protection, tls }).toEqual({
        link,
        protection: allowMatrix.find(({ row }) => row === link)?.protection,
        tls: 'TLSv1.3',
      });
    }
  });
});

describe('two organisations whose edges have certificates of a shared third-party CA', () => {
  it('deliver both ways: DNS names only, one side for serverAuth only by explicit entry, and past an edge that is down', async () => {
    await using federation = await startFederation({ clients: ['alice', 'bob'], roots: 'shared' });
    // Of each partner DNS names an edge first at which nobody listens.
    const [nobody] = (await freePorts(1)) as [number];
    for (const { organisation, services } of [federation.contoso, federation.fabrikam]) {
      const service = `_sipfederationtls._tcp.${organisation.domain}`;
      const edges = services.get(service) ?? [];
      services.set(service, [...edges.map((edge) => ({ ...edge, port: nobody })), ...edges]);
    }
    for (const delivery of federatedDeliveries) {
      if (!delivery.title.includes('partner')) continue;
      await delivery.run(federation);
    }
  });
});
