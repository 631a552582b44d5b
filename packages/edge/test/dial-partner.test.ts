import { type AddressInfo, isIP } from 'node:net';
import tls from 'node:tls';
import { authorisePartner } from '@entente/federation';
import { ServiceLocator } from '@entente/sip-endpoint/resolve';
import { createTestAuthority } from '@entente/testkit';
import { sampleTopology } from '@entente/testkit/topology';
import { type ConnectionRefusal, loadCredential, openTrust } from '@entente/tls';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { type DialPartnerOptions, dialPartner, locatePartner, namedHosts } from '../src/dial-partner.ts';

const domain = 'fabrikam.example';
const host = 'edge1.fabrikam.example';
const hop = { name: domain, address: '', port: 0, link: links.federation };

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** A partner whose edge has a certificate with these names, and how it is dialled where DNS says that it is. */
async function partnerWith(
  names: readonly string[],
  entry: { readonly matchHostName?: boolean } | { readonly fqdn: string } = {},
  speaks: tls.TlsOptions = {},
) {
  const listed = { id: 'fabrikam', domains: [domain] };
  const topology = sampleTopology({
    partners: [
      'fqdn' in entry
        ? { kind: 'allowed-server', ...listed, ...entry }
        : { kind: 'allowed-domain', ...listed, ...entry },
    ],
  });
  const root = await createTestAuthority('Test Root');
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls: { pem: await root.crl([]) } });
  opened.push(trust);
  const issued = await root.issue({ dnsNames: [...names] });
  const identity = await loadCredential({ certificate: issued.chainPem, key: issued.keyPem });
  const server = tls.createServer({ cert: issued.chainPem, key: issued.keyPem, ...speaks }, (socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  opened.push({ [Symbol.asyncDispose]: async () => void server.close() });
  const { port } = server.address() as AddressInfo;
  const refusals: ConnectionRefusal[] = [];
  const options: DialPartnerOptions = {
    fqdn: 'edge1.contoso.example',
    topology: () => topology,
    allow: authorisePartner(() => topology, 'edge1.contoso.example'),
    trust,
    identity,
    onRefusal: (refusal) => refusals.push(refusal),
  };
  const dial = () => dialPartner({ ...hop, host, address: '127.0.0.1', port }, options);
  return { dial, refusals, topology };
}

describe('the edge of a partner', () => {
  it('must have the domain that was asked for: the name of its SRV record is not enough (RFC 5922 §7.3)', async () => {
    const { dial } = await partnerWith([host]);
    await expect(dial()).rejects.toMatchObject({ rejection: { reason: 'name-mismatch' } });
    const proven = await partnerWith([domain]);
    expect((await proven.dial()).destroy().destroyed).toBe(true);
  });

  it('may speak TLS 1.2: what runs there is the choice of the partner', async () => {
    const { dial } = await partnerWith([domain], {}, { maxVersion: 'TLSv1.2' });
    const socket = await dial();
    expect(socket.getProtocol()).toBe('TLSv1.2');
    socket.destroy();
  });

  it('may have the name of its SRV record where its entry says so', async () => {
    const { dial } = await partnerWith([host], { matchHostName: true });
    expect((await dial()).destroy().destroyed).toBe(true);
  });

  it('must have the name that its entry pins; without it the refusal names the pin, and what the certificate has', async () => {
    const pinned = { fqdn: host };
    const { dial, refusals } = await partnerWith([domain], pinned);
    await expect(dial()).rejects.toMatchObject({ code: 'ENTENTE_REFUSED' });
    expect(refusals).toMatchObject([
      {
        rejection: { reason: 'partner-pin-mismatch', partner: 'fabrikam', server: host, names: [domain] },
        peer: { dnsNames: [domain] },
      },
    ]);
    const proven = await partnerWith([host, domain], pinned);
    expect((await proven.dial()).destroy().destroyed).toBe(true);
  });

  it('is looked for only where its domain is that of a partner, and at every SRV record', async () => {
    const { topology } = await partnerWith([domain]);
    const asked: string[] = [];
    const locator = locatorOf((which) => `198.20.0.${which}`, asked);
    const options = {
      fqdn: 'edge1.contoso.example',
      topology: () => topology,
      locator,
      named: new Map(),
    };
    const found = await locatePartner(hop, options);
    expect(found.map(({ address, host: at }) => `${at} ${address}`)).toEqual([
      `edge1.${domain} 198.20.0.1`,
      `edge2.${domain} 198.20.0.2`,
    ]);
    await expect(locatePartner({ ...hop, name: 'northwind.example' }, options)).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
    });
    expect(asked).toEqual([`_sipfederationtls._tcp.${domain}`]);
  });

  it('is dialled at no address inside that DNS names, unless the operator has named the host or pinned it', async () => {
    const { topology } = await partnerWith([domain]);
    const found = async (addressOf: (which: number) => string, known: Record<string, string> = {}) => {
      const places = await locatePartner(hop, {
        fqdn: 'edge1.contoso.example',
        topology: () => topology,
        locator: locatorOf(addressOf),
        named: namedHosts(new Map(Object.entries(known))),
      });
      return places.map(({ address }) => address);
    };
    for (const inside of ['10.0.0.5', '127.0.0.1', '169.254.169.254', '192.0.2.1', '100.64.0.1']) {
      expect(await found((which) => (which === 1 ? inside : '198.20.0.2'))).toEqual(['198.20.0.2']);
      await expect(found(() => inside)).rejects.toMatchObject({
        code: 'ENTENTE_PARTNER_NOT_PUBLIC',
        message: `DNS leads to no edge of ${domain} at a public address: edge1.${domain} is at ${inside}`,
        remedy: expect.stringContaining(`add edge1.${domain} with its address to "addresses"`),
      });
    }
    const inside = (which: number) => `10.0.0.${which}`;
    expect(await found(inside, { [`Edge2.${domain}`]: '10.0.0.2' })).toEqual(['10.0.0.2']);
    const six = (which: number) => `fd00::${which}`;
    expect(await found(six, { [`edge1.${domain}`]: 'FD00:0:0::0001' })).toEqual(['fd00::1']);
    // Of a host that the operator has named, only the address counts that the operator has written.
    for (const elsewhere of [inside, (which: number) => `198.20.0.${which}`]) {
      const at = elsewhere(1);
      const written = { [`edge1.${domain}`]: '10.9.9.9', [`edge2.${domain}`]: '10.9.9.8' };
      await expect(found(elsewhere, written)).rejects.toMatchObject({
        code: 'ENTENTE_PARTNER_NOT_PUBLIC',
        message: `DNS leads to no edge of ${domain} where the configuration says it is: edge1.${domain} is at ${at}, and "addresses" says 10.9.9.9`,
        remedy: expect.stringContaining(`correct the address of edge1.${domain} in "addresses"`),
      });
    }
    const pinned = await partnerWith([host], { fqdn: host });
    const at = await locatePartner(hop, {
      fqdn: 'edge1.contoso.example',
      topology: () => pinned.topology,
      locator: locatorOf(() => '10.0.0.5'),
      named: new Map(),
    });
    expect(at.map(({ address }) => address)).toEqual([host]);
  });
});

/** DNS names two edges of the partner, each at one address. */
function locatorOf(addressOf: (which: number) => string, asked: string[] = []): ServiceLocator {
  const only = (name: string, family: number) => {
    const address = addressOf(Number(name.charAt(4)));
    if (isIP(address) === family) return [address];
    throw Object.assign(new Error('none'), { code: 'ENODATA' });
  };
  return new ServiceLocator({
    random: () => 0,
    resolver: {
      resolveNaptr: async () => [],
      async resolveSrv(name) {
        asked.push(name);
        return [2, 1].map((which) => ({
          name: `edge${which}.${domain}`,
          port: 5061,
          priority: which,
          weight: 0,
        }));
      },
      resolve4: async (name) => only(name, 4),
      resolve6: async (name) => only(name, 6),
    },
  });
}
