import { type Network, startNetwork } from '@entente/testkit';
import { deliveries, linksOf, refusalOf, uninvitedPeers } from '@entente/testkit/repository';
import { links as allowed, allowMatrix } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('one organisation, each server a process of its own', () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork();
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  for (const delivery of deliveries) {
    it(`delivers ${delivery.title}`, async () => {
      const entry = await delivery.run(network);
      expect(entry.through.length).toBeGreaterThan(0);
    });
  }

  for (const peer of uninvitedPeers) {
    it(`refuses ${peer.attack}: ${peer.expected}`, async () => {
      const entry = await refusalOf(network, peer);
      expect(entry.reason).toBe(peer.expected);
      expect(entry.remedy).not.toBe('');
    });
  }

  it('has no link but those of the allow matrix, each with TLS 1.3 and the protection of its row', () => {
    const links = linksOf(network.processes);
    expect(new Set(links.map(({ link }) => link))).toEqual(
      new Set([allowed.clientToFrontEnd.row, allowed.frontEndToFrontEnd.row, allowed.memberToAuthority.row]),
    );
    for (const { link, protection, tls } of links) {
      expect({ link, protection, tls }).toEqual({
        link,
        protection: allowMatrix.find(({ row }) => row === link)?.protection,
        tls: 'TLSv1.3',
      });
    }
  });
});
