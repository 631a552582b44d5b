import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locateService, orderServices, type ServiceRecord } from './index.ts';

const record = (name: string, priority: number, weight: number): ServiceRecord => ({
  name,
  port: 5061,
  priority,
  weight,
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

describe('where a service is', () => {
  const resolver = (records: readonly ServiceRecord[], addresses: Readonly<Record<string, string>>) => ({
    resolveSrv: async () => records,
    resolve4: async (name: string) => {
      const address = addresses[name];
      if (address === undefined) throw new Error('ENOTFOUND');
      return [address];
    },
    resolve6: () => Promise.reject(new Error('ENODATA')),
  });

  it('passes over a target without addresses', async () => {
    const found = await locateService(
      '_x._tcp.test',
      resolver([record('gone', 0, 0), record('there', 1, 0)], { there: '192.0.2.1' }),
    );
    expect(found).toEqual([{ host: 'there', address: '192.0.2.1', port: 5061 }]);
  });

  it('finds nothing where the service is declared not to exist', async () => {
    expect(await locateService('_x._tcp.test', resolver([record('.', 0, 0)], {}))).toEqual([]);
  });
});
