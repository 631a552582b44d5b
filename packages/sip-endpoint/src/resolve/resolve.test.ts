import { parseUri, type SipUri } from '@entente/sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AddressRecord,
  defaultAnswerCacheRules,
  type NaptrRecord,
  orderServices,
  ServiceLocator,
  type ServiceRecord,
  sipTarget,
} from './index.ts';

const record = (name: string, priority = 0, weight = 0, port = 5061): ServiceRecord => ({
  name,
  port,
  priority,
  weight,
});
const naptr = (service: string, replacement: string, order = 10, preference = 0): NaptrRecord => ({
  flags: 's',
  service,
  regexp: '',
  replacement,
  order,
  preference,
});

describe('order of SRV targets', () => {
  it('tries a lower priority number before a higher one', () => {
    const ordered = orderServices([record('b', 20, 100), record('a', 10, 0)], () => 0.99);
    expect(ordered.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('chooses among equals by weight', () => {
    const records = [record('light', 0, 10), record('heavy', 0, 90)];
    expect(orderServices(records, () => 0.05)[0]?.name).toBe('light');
    expect(orderServices(records, () => 0.5)[0]?.name).toBe('heavy');
  });

  it('gives back every record exactly once (property)', () => {
    const records = fc.array(
      fc.record({ name: fc.string(), port: fc.nat(65_535), priority: fc.nat(3), weight: fc.nat(65_535) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(records, fc.double({ min: 0, max: 0.999_999, noNaN: true }), (given, drawn) => {
        const ordered = orderServices(given, () => drawn);
        expect(ordered).toHaveLength(given.length);
        expect(new Set(ordered)).toEqual(new Set(given));
        for (let i = 1; i < ordered.length; i++) {
          expect(ordered[i]!.priority).toBeGreaterThanOrEqual(ordered[i - 1]!.priority);
        }
      }),
    );
  });
});

interface Zone {
  readonly naptr?: Readonly<Record<string, readonly NaptrRecord[]>>;
  readonly srv?: Readonly<Record<string, readonly ServiceRecord[]>>;
  readonly a?: Readonly<Record<string, readonly (AddressRecord | string)[]>>;
  readonly aaaa?: Readonly<Record<string, readonly (AddressRecord | string)[]>>;
}

/** A locator over a zone that the test may change, on a clock that it moves; `asked` are the questions so far. */
function located(zone: Zone, failing: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const clock = { now: 1_000_000 };
  const answer = async <T>(
    type: string,
    name: string,
    records: Readonly<Record<string, T>> | undefined,
  ): Promise<T> => {
    asked.push(`${type} ${name}`);
    const found = records?.[name];
    if (found !== undefined && failing[name] === undefined) return found;
    throw Object.assign(new Error(`query ${name}`), { code: failing[name] ?? 'ENOTFOUND' });
  };
  const locator = new ServiceLocator({
    resolver: {
      resolveNaptr: (name) => answer('NAPTR', name, zone.naptr),
      resolveSrv: (name) => answer('SRV', name, zone.srv),
      resolve4: (name) => answer('A', name, zone.a),
      resolve6: (name) => answer('AAAA', name, zone.aaaa),
    },
    clock: () => clock.now,
    random: () => 0,
  });
  const uri = async (text: string) => {
    const parsed = parseUri(text);
    if (!parsed.ok) throw new Error(text);
    const found = await locator.locate(sipTarget(parsed.value as SipUri));
    return found.map(({ address, host, port }) => `${host} ${address} ${port}`);
  };
  return { asked, clock, locator, uri };
}

const domain = 'fabrikam.example';
const zone: Zone = {
  naptr: {
    [domain]: [
      naptr('SIP+D2U', `_sip._udp.${domain}`, 1),
      naptr('SIP+D2T', `_sip._tcp.${domain}`, 2),
      naptr('SIPS+D2T', '_sips._tcp.hosting.example', 3),
    ],
  },
  srv: {
    '_sips._tcp.hosting.example': [record('edge2.hosting.example', 2), record('edge1.hosting.example', 1)],
    [`_sips._tcp.${domain}`]: [record(`sip.${domain}`, 0, 0, 5063)],
    [`_sip._tcp.${domain}`]: [record(`plain.${domain}`, 0, 0, 5060)],
    [`_sip._udp.${domain}`]: [record(`plain.${domain}`, 0, 0, 5060)],
  },
  a: {
    [domain]: ['192.0.2.9'],
    [`sip.${domain}`]: ['192.0.2.8'],
    [`plain.${domain}`]: ['192.0.2.7'],
    'edge1.hosting.example': ['192.0.2.1'],
    'edge2.hosting.example': ['192.0.2.2', '192.0.2.3'],
  },
  aaaa: { 'edge1.hosting.example': ['2001:db8::1'] },
};

describe('where a SIP URI leads (RFC 3263 §4, RFC 3261 §16.6 step 7)', () => {
  it('follows NAPTR to SRV and on to addresses, IPv4 first, and never a service without TLS', async () => {
    const { asked, uri } = located(zone);
    expect(await uri(`sip:${domain}`)).toEqual([
      'edge1.hosting.example 192.0.2.1 5061',
      'edge1.hosting.example 2001:db8::1 5061',
      'edge2.hosting.example 192.0.2.2 5061',
      'edge2.hosting.example 192.0.2.3 5061',
    ]);
    expect(asked.filter((question) => question.includes('_sip.'))).toEqual([]);
  });

  it('asks for SRV of sips where NAPTR offers nothing over TLS', async () => {
    const plain = { ...zone, naptr: { [domain]: zone.naptr![domain]!.slice(0, 2) } };
    for (const uri of [`sip:${domain}`, `sips:${domain}`])
      expect(await located(plain).uri(uri)).toEqual([`sip.${domain} 192.0.2.8 5063`]);
  });

  it('asks no NAPTR where the URI names TLS', async () => {
    const { asked, uri } = located(zone);
    expect(await uri(`sip:${domain};transport=TLS`)).toEqual([`sip.${domain} 192.0.2.8 5063`]);
    expect(asked[0]).toBe(`SRV _sips._tcp.${domain}`);
  });

  it('takes the addresses of the host at 5061 where there is no SRV', async () => {
    expect(await located({ ...zone, naptr: {}, srv: {} }).uri(`sip:${domain}`)).toEqual([
      `${domain} 192.0.2.9 5061`,
    ]);
  });

  it('takes the addresses of the host at a port that the URI names, and asks for nothing else', async () => {
    const { asked, uri } = located(zone);
    expect(await uri(`sip:${domain}:5067`)).toEqual([`${domain} 192.0.2.9 5067`]);
    expect(asked).toEqual([`A ${domain}`, `AAAA ${domain}`]);
  });

  it.each([
    ['sip:192.0.2.5', '192.0.2.5 192.0.2.5 5061'],
    ['sips:[2001:db8::5]:5071', '2001:db8::5 2001:db8::5 5071'],
    [`sip:${domain};maddr=192.0.2.6`, '192.0.2.6 192.0.2.6 5061'],
  ])('asks DNS nothing for %s', async (text, place) => {
    const { asked, uri } = located(zone);
    expect(await uri(text)).toEqual([place]);
    expect(asked).toEqual([]);
  });

  it.each([
    'sip:fabrikam.example;transport=udp',
    'sip:192.0.2.5;transport=tcp',
    'sips:x.example;transport=udp',
  ])('leads %s nowhere: nothing leaves TLS', async (text) => {
    const { asked, uri } = located(zone);
    expect(await uri(text)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('takes TCP in a sips URI for TLS over TCP (RFC 5630 §3.1)', async () => {
    expect(await located(zone).uri(`sips:${domain};transport=tcp`)).toEqual([`sip.${domain} 192.0.2.8 5063`]);
  });

  it('is nowhere where SRV declares that the service does not exist, whatever address the host has', async () => {
    for (const name of ['.', '']) {
      const none = { ...zone, naptr: {}, srv: { [`_sips._tcp.${domain}`]: [record(name)] } };
      expect(await located(none).uri(`sip:${domain}`)).toEqual([]);
    }
  });

  it('is not known where DNS gives no answer: it is not taken for having no SRV', async () => {
    const { uri } = located({ ...zone, naptr: {} }, { [`_sips._tcp.${domain}`]: 'ETIMEOUT' });
    await expect(uri(`sip:${domain}`)).rejects.toMatchObject({ code: 'ETIMEOUT' });
  });
});

describe('where a service is', () => {
  it('passes over a target without addresses', async () => {
    const { locator } = located({
      srv: { '_x._tcp.test': [record('gone', 0), record('there', 1)] },
      a: { there: ['192.0.2.1'] },
    });
    expect(await locator.locateService('_x._tcp.test')).toEqual([
      { host: 'there', address: '192.0.2.1', port: 5061 },
    ]);
  });

  it('finds nothing where it has no records, or is declared not to exist', async () => {
    expect(await located({}).locator.locateService('_x._tcp.test')).toEqual([]);
    const { locator } = located({ srv: { '_x._tcp.test': [record('.')] } });
    expect(await locator.locateService('_x._tcp.test')).toEqual([]);
  });
});

describe('what DNS says', () => {
  const many = <T>(make: (i: number) => T) => Array.from({ length: 5_000 }, (_, i) => make(i));

  it('is looked at up to 32 records, leads to 8 hosts and 16 addresses, each once', async () => {
    const { asked, uri } = located({
      naptr: { [domain]: many((i) => naptr('SIPS+D2T', `_sips._tcp.n${i}.example`, i)) },
      srv: { '_sips._tcp.n0.example': many((i) => record(`h${i}.example`, 0, 65_535)) },
      a: Object.fromEntries(
        many((i) => [`h${i}.example`, [1, 2, 3, 4, 5].map((j) => `198.51.${i % 256}.${j}`)]),
      ),
    });
    const places = await uri(`sip:${domain}`);
    expect(places).toHaveLength(16);
    expect(new Set(places).size).toBe(16);
    expect(asked.filter((question) => question.startsWith('A '))).toHaveLength(8);
  });

  it('names at most 4 services over TLS, and leads in no circle', async () => {
    const { asked, uri } = located({
      naptr: {
        [domain]: [
          { ...naptr('SIPS+D2T', domain, 0), flags: '' },
          { ...naptr('SIPS+D2T', ''), regexp: '!^.*$!sips:x@y.example!', flags: 'u' },
          ...many((i) => naptr('SIPS+D2T', `_sips._tcp.n${i}.example`, i)),
        ],
      },
    });
    expect(await uri(`sip:${domain}`)).toEqual([]);
    expect(asked.filter((question) => question.startsWith('NAPTR'))).toHaveLength(1);
    expect(asked.filter((question) => question.startsWith('SRV'))).toEqual(
      [0, 1, 2, 3].map((i) => `SRV _sips._tcp.n${i}.example`),
    );
  });

  it('is never asked for by what is no name: too long, or with other characters', async () => {
    const long = `${'a'.repeat(63)}.`.repeat(4);
    const { asked, uri } = located({
      naptr: { [domain]: [naptr('SIPS+D2T', `_sips._tcp.${long}example`), naptr('SIPS+D2T', 'a b')] },
      srv: { [`_sips._tcp.${domain}`]: [] },
    });
    expect(await uri(`sip:${domain}`)).toEqual([]);
    expect(asked).toEqual([`NAPTR ${domain}`, `A ${domain}`, `AAAA ${domain}`]);
  });

  it('is no address where it is written otherwise, or of the other family', async () => {
    const { uri } = located({ a: { [domain]: ['192.0.2.1', 'localhost', '2001:db8::1', ''] } });
    expect(await uri(`sip:${domain}:5061`)).toEqual([`${domain} 192.0.2.1 5061`]);
  });

  it('counts for its time to live, five minutes at the most, and 30 s where that is not told', async () => {
    const ttl = (seconds: number) => ({ a: { [domain]: [{ address: '192.0.2.1', ttl: seconds }] } });
    for (const [given, keptMs] of [
      [ttl(60), 60_000],
      [ttl(86_400), defaultAnswerCacheRules.maxMs],
      [{ a: { [domain]: ['192.0.2.1'] } }, defaultAnswerCacheRules.unknownMs],
    ] as const) {
      const { asked, clock, uri } = located({
        ...given,
        aaaa: { [domain]: [{ address: '2001:db8::1', ttl: 86_400 }] },
      });
      const asks = async () => {
        await uri(`sip:${domain}:5061`);
        return asked.filter((question) => question.startsWith('A ')).length;
      };
      expect(await asks()).toBe(1);
      clock.now += keptMs - 1;
      expect(await asks()).toBe(1);
      clock.now += 1;
      expect(await asks()).toBe(2);
    }
  });

  it('is asked again each time where its time to live is 0', async () => {
    const { asked, uri } = located({ a: { [domain]: [{ address: '192.0.2.1', ttl: 0 }] } });
    await uri(`sip:${domain}:5061`);
    await uri(`sip:${domain}:5061`);
    expect(asked.filter((question) => question.startsWith('A '))).toHaveLength(2);
  });

  it('is remembered for 10 s where there are no records, and not at all where nobody answered', async () => {
    const none = located({});
    const asks = async (of: ReturnType<typeof located>) => {
      await of.locator.locateService('_x._tcp.test').catch(() => undefined);
      return of.asked.length;
    };
    expect(await asks(none)).toBe(1);
    none.clock.now += 9_999;
    expect(await asks(none)).toBe(1);
    none.clock.now += 1;
    expect(await asks(none)).toBe(2);
    const silent = located({}, { '_x._tcp.test': 'ETIMEOUT' });
    expect(await asks(silent)).toBe(1);
    expect(await asks(silent)).toBe(2);
  });

  it('is asked once for all who ask at the same time', async () => {
    const { asked, locator } = located({});
    await Promise.all([locator.locateService('_x._tcp.test'), locator.locateService('_X._tcp.test')]);
    expect(asked).toEqual(['SRV _x._tcp.test']);
  });

  it('is kept for a bounded number of names', async () => {
    const { asked, locator } = located({});
    const names = Array.from({ length: 1_001 }, (_, i) => `_x._tcp.n${i}.test`);
    for (const name of names) await locator.locateService(name);
    await locator.locateService(names[1] as string);
    expect(asked).toHaveLength(1_001);
    await locator.locateService(names[0] as string);
    expect(asked).toHaveLength(1_002);
  });
});
