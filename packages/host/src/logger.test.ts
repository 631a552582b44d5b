import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

/** What a peer may write into a name: each changes what a terminal or an editor shows of the line. */
const hostile = ['\u001b[2J', '\u009b2J', '\u202egro.elpmaxe', '\u2028', '\u200b', '\ufeff', '\u007f'];

function lines(write: (log: ReturnType<typeof createLogger>) => void): readonly string[] {
  const out: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      out.push(String(chunk));
      done();
    },
  });
  write(createLogger({ app: 'pool-server' }, stream));
  return out;
}

describe('a line of the log', () => {
  it.each(hostile)('shows %j escaped, in fields and in the sentence, and says the same', (name) => {
    const [line = ''] = lines((log) => log.warn({ peer: name }, `refused ${name}`));
    expect(line).toMatch(/^[\x20-\x7e]*\n$/);
    expect(JSON.parse(line)).toMatchObject({ peer: name, msg: `refused ${name}` });
  });

  it('has its time in ISO 8601, UTC', () => {
    const [line = ''] = lines((log) => log.info({ event: 'started' }, 'ok'));
    const { time } = JSON.parse(line) as { time: string };
    expect(new Date(time).toISOString()).toBe(time);
  });

  it.each(['ENOSPC', 'EDQUOT', 'EROFS'])('has the remedy of %s, wherever it is logged', (code) => {
    const err = Object.assign(new Error(`${code}: write`), { code });
    const written = lines((log) => {
      log.error({ event: 'fault', err }, 'by the error');
      log.error({ event: 'fault', code }, 'by its code alone');
      log.child({ place: 'child' }).warn({ err }, 'by a part of the server');
    }).map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of written)
      expect(line).toMatchObject({ code, remedy: expect.stringMatching(/space|mount/) });
  });

  it('keeps the remedy that it has, and gives none to other errors', () => {
    const full = { code: 'ENOSPC', remedy: 'empty the folder of the recordings' };
    const written = lines((log) => {
      log.error(full, 'with one of its own');
      log.error({ err: Object.assign(new Error('full'), full) }, 'with that of the error');
      log.error({ err: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) }, 'of a connection');
      log.error({ err: undefined }, 'of nothing');
      log.info({}, 'a sentence alone');
    }).map((line) => (JSON.parse(line) as { remedy?: unknown }).remedy);
    expect(written).toEqual([full.remedy, full.remedy, undefined, undefined, undefined]);
  });

  it('leaves the letters of every language as they are', () => {
    const [line = ''] = lines((log) => log.info({ user: 'Zoë 秋' }, 'ok'));
    expect(line).toContain('Zoë 秋');
  });
});

describe('a logger', () => {
  const stream = new Writable();
  it.each([
    ['no options', undefined, stream],
    ['no name of an app', {}, stream],
    ['a misspelt level', { app: 'pool-server', level: 'trace' }, stream],
    ['an option that there is not', { app: 'pool-server', lvl: 'debug' }, stream],
    ['a source that is no text', { app: 'pool-server', source: 7 }, stream],
    ['a text where its lines go, which would be opened as a file', { app: 'pool-server' }, 'debug'],
  ])('refuses %s', (_what, options, destination) => {
    const make = createLogger as (...given: unknown[]) => unknown;
    expect(() => make(options, destination)).toThrow(
      expect.objectContaining({ code: 'ENTENTE_PROGRAM_INVALID', remedy: expect.any(String) }),
    );
  });
});
