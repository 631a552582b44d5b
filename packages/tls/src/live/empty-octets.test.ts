import { describe, expect, it } from 'vitest';
import { EmptyOctets } from './empty-octets.ts';

function start() {
  const clock = { now: 0 };
  const connection = { came: 5_000, carried: 0 };
  const octets = new EmptyOctets<typeof connection>({
    came: ({ came }) => came,
    carried: ({ carried }) => carried,
    now: () => clock.now,
  });
  octets.isOver(connection);
  return {
    /** Lets records come, each with so much data, in so many milliseconds. @returns whether they are too many */
    records(count: number, data: number, ms = 1_000): boolean {
      clock.now += ms;
      connection.came += count * (data + 22);
      connection.carried += count * data;
      return octets.isOver(connection);
    },
    /** Lets records of 16 kB come within a second, with key updates between them. */
    largeRecordsAnd(keyUpdates: number): boolean {
      clock.now += 1_000;
      connection.came += 40 * (16_384 + 22) + keyUpdates * 27;
      connection.carried += 40 * 16_384;
      return octets.isOver(connection);
    },
    /** Lets key updates come. */
    keyUpdates(count: number, ms = 1_000): boolean {
      clock.now += ms;
      connection.came += count * 27;
      return octets.isOver(connection);
    },
  };
}

describe('a connection', () => {
  it('may bring messages without end', () => {
    const { records } = start();
    for (let second = 0; second < 1_000; second++) expect(records(5_000, 500)).toBe(false);
  });

  it('may be kept alive for a month', () => {
    const { records } = start();
    for (let count = 0; count < 90_000; count++) expect(records(1, 2, 30_000)).toBe(false);
  });

  it('may bring a message octet by octet', () => {
    const { records } = start();
    expect(records(3_000, 1)).toBe(false);
  });

  it('may bring thousands of small records in each second', () => {
    const { records } = start();
    for (let second = 0; second < 1_000; second++) expect(records(5_000, 20)).toBe(false);
  });

  it('does not pay with large records for key updates that come without end', () => {
    const { largeRecordsAnd } = start();
    for (let second = 0; second < 1_000; second++) expect(largeRecordsAnd(0)).toBe(false);
    expect([1, 2, 3].map(() => largeRecordsAnd(10_000))).toContain(true);
  });

  it('may change its keys now and then', () => {
    const { keyUpdates } = start();
    for (let hour = 0; hour < 1_000; hour++) expect(keyUpdates(100, 3_600_000)).toBe(false);
  });

  it('brings too much where key updates come without end, at once or over time', () => {
    expect(start().keyUpdates(2_600)).toBe(true);
    const { keyUpdates } = start();
    const seconds = Array.from({ length: 60 }, () => keyUpdates(100));
    expect(seconds[0]).toBe(false);
    expect(seconds.at(-1)).toBe(true);
  });

  it('does not earn more by messages than it may bring at once', () => {
    const { keyUpdates, records } = start();
    records(100_000, 500);
    expect(keyUpdates(2_600)).toBe(true);
  });
});
