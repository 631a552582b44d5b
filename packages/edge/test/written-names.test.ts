import { type NameAddr, parseNameAddr, type SipMessage } from '@entente/sip';
import { ServiceLocator, sipTarget } from '@entente/sip-endpoint/resolve';
import { plannedDns } from '@entente/testkit/repository';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { dnsPlan } from '@entente/topology-planning';
import { describe, expect, it } from 'vitest';
import {
  addresses,
  device,
  frontEnd,
  hers,
  his,
  message,
  names,
  outwards,
  registeredPath,
  type Sent,
  start,
} from './edge-between.ts';

const inside = '192.0.2.9';
const outside = '203.0.113.9';
/** The edge of `edge-between.ts` as a topology lists it. */
const topology = sampleTopology({
  servers: [
    sampleFrontEnd,
    {
      fqdn: names.inside,
      role: 'edge',
      interfaces: {
        internal: { address: inside, ports: { sip: addresses.inside.port } },
        external: {
          fqdn: names.outside,
          address: outside,
          ports: { clients: addresses.clients.port, federation: addresses.partners.port },
        },
      },
    },
  ],
});
const dnsOf = (wanted: 'internal' | 'external') =>
  new ServiceLocator({ resolver: plannedDns(dnsPlan(topology).filter(({ view }) => view === wanted)) });

/** What a message says of its way that names the edge. */
function ownEntries(of: SipMessage): readonly NameAddr[] {
  return ['Record-Route', 'Path', 'Contact'].flatMap((field) =>
    (of.has(field) ? of.values(field) : []).flatMap((value) => {
      const entry = parseNameAddr(value);
      const isOurs =
        entry.ok && entry.value.uri.kind === 'sip' && Object.values(names).includes(entry.value.uri.host);
      return isOurs ? [entry.value] : [];
    }),
  );
}

/** Where the receivers of some messages are led by DNS. */
async function ledTo(view: 'internal' | 'external', messages: readonly SipMessage[]) {
  const found = new Set<string>();
  for (const { uri } of messages.flatMap(ownEntries)) {
    if (uri.kind !== 'sip') continue;
    const places = await dnsOf(view).locate(sipTarget(uri));
    found.add(`${uri.host} ${places.map(({ address, port }) => `${address}:${port}`).join()}`);
  }
  return [...found].sort();
}

describe('a name that an edge writes into Record-Route, Path or Contact', () => {
  it('leads servers inside, clients and partners to the listener that is for them, by the records that the plan lists', async () => {
    const network = start();
    registeredPath(network.fromClient, network.sent);
    const toClient = network.fromClient(message('INVITE', hers, his, { contact: `<${device}>` }));
    (network.sent.inside.at(-1) as Sent).answer(200);
    const toPartner = network.fromPartner(
      message('INVITE', his, hers, { contact: '<sip:bob@client.invalid>' }),
    );
    (network.sent.inside.at(-1) as Sent).answer(200);
    network.fromFrontEnd(outwards('INVITE', { Contact: `<sip:focus@${frontEnd};gr=1>` }));

    expect(
      await ledTo(
        'internal',
        network.sent.inside.map((sent) => sent.message),
      ),
    ).toEqual([`${names.inside} ${inside}:5061`]);
    expect(await ledTo('external', toClient)).toEqual([`${names.outside} ${outside}:443`]);
    const partners = [...toPartner, ...network.sent.outside.map((sent) => sent.message)];
    expect(partners.flatMap(ownEntries)).toHaveLength(3);
    expect(await ledTo('external', partners)).toEqual([`${names.outside} ${outside}:5062`]);
  });

  it('is none that the plan lists for the other side', async () => {
    expect(await dnsOf('external').addressesOf(names.inside)).toEqual([]);
    expect(await dnsOf('internal').addressesOf(names.outside)).toEqual([]);
  });

  it('is found for the domain too: by partners over the service of the federation, by clients over theirs', async () => {
    const dns = dnsOf('external');
    const place = (port: number) => [{ host: names.outside, address: outside, port }];
    expect(await dns.locateService('_sipfederationtls._tcp.contoso.example')).toEqual(place(5062));
    expect(await dns.locateService('_sip._tls.contoso.example')).toEqual(place(443));
    expect(await dns.locate({ host: 'contoso.example', scheme: 'sips' })).toEqual(place(5062));
  });
});
