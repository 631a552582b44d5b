import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from '../logger.ts';

const long = 'x'.repeat(30_000);

/** The one line that is written. */
function lineOf(write: (log: Logger) => void): string {
  const lines: string[] = [];
  write(createLogger({ app: 'pool-server' }, { write: (line: string) => void lines.push(line) }));
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}
const fieldsOf = (line: string) => JSON.parse(line) as Record<string, unknown>;

describe('a line of the log', () => {
  it.each<[where: string, write: (log: Logger) => void]>([
    ['its sentence', (log) => log.warn({ event: 'refused' }, long)],
    ['a field', (log) => log.warn({ event: 'refused', where: long }, 'refused')],
    ['a field in a field', (log) => log.warn({ event: 'refused', at: { path: [long] } }, 'refused')],
    ['a field of a part of the server', (log) => log.child({ where: long }).warn({ event: 'a' }, 'refused')],
  ])('has the start and the end of a long text, and how much was left out: %s', (_, write) => {
    const line = lineOf(write);
    expect(line.length).toBeLessThan(1_500);
    expect(line).toMatch(/x … \d+ characters left out … x/);
    expect(fieldsOf(line)).toMatchObject({ level: 40, app: 'pool-server' });
  });

  it('has what an error is about, and where it happened, however long its sentence is', () => {
    const line = lineOf((log) => log.error({ event: 'fault', err: new TypeError(long) }, 'failed'));
    expect(line.length).toBeLessThan(12_000);
    const { err } = fieldsOf(line) as { err: { type: string; stack: string } };
    expect(err.type).toBe('TypeError');
    expect(err.stack).toContain('bounded-line.test.ts');
  });

  it('keeps sentences and remedies of our own whole', () => {
    const remedy = 'y'.repeat(1_024);
    expect(fieldsOf(lineOf((log) => log.warn({ event: 'refused', remedy }, remedy)))).toMatchObject({
      remedy,
      msg: remedy,
    });
  });

  it.each<[what: string, fields: object]>([
    ['many texts', Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`name${at}`, long]))],
    ['a long list', { list: Array.from({ length: 90 }, () => 'z'.repeat(1_000)) }],
    ['a long name of a field', { [long]: 1 }],
    ['characters that are escaped', { a: '\u202e'.repeat(1_000), b: '\u{e0001}'.repeat(1_000) }],
  ])('is never longer than 16,384 characters, and says how many fields it lacks: %s', (_, fields) => {
    const line = lineOf((log) => log.warn({ event: 'refused', ...fields, port: 5061 }, '\u202e'.repeat(900)));
    expect(line.length).toBeLessThanOrEqual(16_385);
    expect(fieldsOf(line)).toMatchObject({
      event: 'refused',
      msg: '\u202e'.repeat(900),
      port: 5061,
      fieldsLeftOut: expect.any(Number),
    });
  });
});
