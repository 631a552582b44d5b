import { once } from 'node:events';
import * as tls from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import { type Credential, type MutualServeOptions, type Peer, serve } from '@entente/tls';
import type { CertificateNames } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { bare, clientName, ended, issueFrom, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();

async function listen(options: Partial<MutualServeOptions>) {
  const peers: Peer[] = [];
  const server = await serve(
    tls,
    { ...servers.common(), clientCertificate: 'optional', ...options } as MutualServeOptions,
    (socket, peer) => {
      peers.push(peer);
      socket.end(`${peer.protection} ${peer.peer?.dnsNames[0] ?? 'nobody'}`);
    },
  );
  servers.closeAfterwards(() => server.close());
  const dial = async (identity: Credential) =>
    (await ended(bare(server.port, presenting(identity)))).received;
  return { dial, peers };
}

const reasons = () => servers.refusals.map(({ rejection }) => rejection.reason);

describe('a client whose certificate no anchor vouches for', () => {
  it('is admitted without a name where the listener says so, and the peer tells with what it was refused', async () => {
    const asked: CertificateNames[] = [];
    const { dial, peers } = await listen({
      ignoreUnknownIssuer: (claimed) => {
        asked.push(claimed);
        return true;
      },
    });
    const maker = await (await createTestAuthority('Maker Root')).subordinate('Maker CA');
    const names = { commonName: '0004f2abcdef', dnsNames: ['phone.maker.example'], uris: ['sip:phone'] };
    expect(await dial(await issueFrom(maker, names))).toBe('TLS nobody');
    expect(asked).toEqual([names]);
    expect(peers[0]).toMatchObject({ peer: undefined, ignored: { reason: 'unknown-issuer' } });
    expect(reasons()).toEqual([]);
  });

  it('is refused where the listener says no, and where it was not asked', async () => {
    const maker = await createTestAuthority('Maker Root');
    const phone = await issueFrom(maker, { dnsNames: ['phone.maker.example'] });
    expect(await (await listen({ ignoreUnknownIssuer: () => false })).dial(phone)).toBe('');
    expect(await (await listen({})).dial(phone)).toBe('');
    expect(reasons()).toEqual(['unknown-issuer', 'unknown-issuer']);
  });

  it('is refused unasked where it has presented more than an idle connection may keep', async () => {
    let asked = 0;
    const { dial } = await listen({
      ignoreUnknownIssuer: () => {
        asked++;
        return true;
      },
    });
    const maker = await createTestAuthority('Maker Root');
    const dnsNames = Array.from({ length: 300 }, (_, index) => `phone-${index}.of-the-maker.example`);
    expect(await dial(await issueFrom(maker, { dnsNames }))).toBe('');
    expect([asked, reasons()]).toEqual([0, ['unknown-issuer']]);
  });

  it('is refused where the answer is a promise or nothing, and the fault is told', async () => {
    const phone = await issueFrom(await createTestAuthority('Maker Root'), { dnsNames: [] });
    const faults: unknown[] = [];
    const onFault = (fault: unknown) => void faults.push(fault);
    const answers = [async () => true, () => undefined, () => 'true', () => Promise.reject(new Error('no'))];
    for (const answer of answers) {
      const { dial } = await listen({ onFault, ignoreUnknownIssuer: answer as unknown as () => boolean });
      expect(await dial(phone)).toBe('');
    }
    expect(faults).toHaveLength(answers.length);
    for (const fault of faults)
      expect(fault).toMatchObject({
        code: 'ENTENTE_OPTION_INVALID',
        place: 'ignoreUnknownIssuer of serve',
      });
  });
});

describe('many clients of one address whose certificates no anchor vouches for', () => {
  it('are all connected at the same time', async () => {
    const server = await serve(
      tls,
      { ...servers.common(), clientCertificate: 'optional', ignoreUnknownIssuer: () => true },
      (socket) => void socket.write('hello'),
    );
    servers.closeAfterwards(() => server.close());
    const phone = await issueFrom(await createTestAuthority('Maker Root'), { dnsNames: [] });
    const sockets = Array.from({ length: 12 }, () => bare(server.port, presenting(phone)));
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    expect(server.connections).toBe(12);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a client whose certificate an anchor vouches for', () => {
  it('is refused where the certificate fails, whatever the listener says of unknown issuers', async () => {
    const { dial } = await listen({ ignoreUnknownIssuer: () => true });
    const { authority, client } = servers.world;
    await servers.world.revoke(client.serialHex);
    expect(await dial(client)).toBe('');
    const now = servers.world.clock.now();
    const expired = { dnsNames: [clientName], notBefore: now - 2_000_000, notAfter: now - 1_000_000 };
    expect(await dial(await issueFrom(authority, expired))).toBe('');
    expect(await dial(await issueFrom(authority, { dnsNames: ['other.contoso.example'] }))).toBe('');
    expect(reasons()).toEqual(['revoked', 'certificate-expired', 'not-in-topology']);
  });
});

describe('the option', () => {
  it.each(['required', 'none', undefined] as const)('is refused with clientCertificate %s', async (given) => {
    const { allow, ...rest } = servers.common();
    const options = { ...rest, ...(given === 'none' ? {} : { allow }), ignoreUnknownIssuer: () => true };
    const all = given === undefined ? options : { ...options, clientCertificate: given };
    await expect(serve(tls, all as unknown as MutualServeOptions, () => {})).rejects.toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: 'ignoreUnknownIssuer of serve',
    });
  });
});
