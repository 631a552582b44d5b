import { describe, expect, it } from 'vitest';
import { RequestLog } from './request-log.ts';
import { notFound, throttled, tooLong } from './user-problems.ts';

type Line = Readonly<Record<string, unknown>>;

function start() {
  const clock = { now: 1_000_000 };
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, ...fields, message });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { clock, lines, log: new RequestLog(log, () => clock.now) };
}

const from = { client: '192.0.2.1', where: 'inside' } as const;
const kinds: readonly (readonly [string, string, (log: RequestLog, client: string) => void])[] = [
  ['that fail', 'error', (log, client) => log.fault(new TypeError('it failed'), { ...from, client })],
  ['whose clients leave', 'debug', (log, client) => log.left({ ...from, client })],
  ['that find nothing', 'debug', (log, client) => log.refused(notFound, { ...from, client })],
  ['that are too long', 'info', (log, client) => log.refused(tooLong, { ...from, client })],
  ['that are too many', 'info', (log, client) => log.refused(throttled(1), { ...from, client })],
];

describe.each(kinds)('requests %s', (_, level, write) => {
  it('have ten lines in a second for one client, and the next line says how many had none', () => {
    const { clock, lines, log } = start();
    for (let count = 0; count < 500; count++) write(log, '192.0.2.1');
    expect(lines).toHaveLength(10);
    clock.now += 1_000;
    write(log, '192.0.2.1');
    expect(lines.at(-1)).toMatchObject({ level, client: '192.0.2.1', more: 490 });
  });

  it('have a hundred lines in a second for all clients', () => {
    const { lines, log } = start();
    for (let count = 0; count < 500; count++) write(log, `198.51.${count >> 8}.${count & 255}`);
    expect(lines).toHaveLength(100);
  });
});

it('no fault, no client that leaves, and nothing that is refused unread hides the line about a password', () => {
  const { lines, log } = start();
  for (let count = 0; count < 50; count++) {
    log.fault(new TypeError('it failed'), from);
    log.left(from);
    log.refused(notFound, from);
    log.refused(throttled(1), from);
  }
  const before = lines.length;
  log.refused({ status: 401, reason: 'credentials-not-accepted', detail: 'no', remedy: 'Try again.' }, from);
  expect(lines.slice(before)).toMatchObject([{ level: 'info', reason: 'credentials-not-accepted' }]);
});
