import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Outcome } from '../runner/main.ts';
import { runConformance } from './run.ts';
import type { ConformanceResult } from './suite.ts';

// A folder of messages of our own about IPv6, in the form that `pnpm conformance sip-torture --vectors` takes.

interface Entry {
  readonly name: string;
  readonly text: string;
  readonly reaction: Readonly<Record<string, unknown>>;
  readonly framing?: Readonly<Record<string, unknown>>;
}

const accept = { action: 'accept', status: null, alternatives: [] };
const refuse = { action: 'respond', status: 400, alternatives: [] };
const entries = parse(
  readFileSync(new URL('testing/ipv6-messages.yaml', import.meta.url), 'utf8'),
) as readonly Entry[];

const folders: string[] = [];

/** Writes a folder of vectors; `changes` spoils what is expected of an entry, which then is alone in it. */
function folder(changes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {}): string {
  const alone = Object.keys(changes);
  const path = mkdtempSync(join(tmpdir(), 'sip-vectors-'));
  folders.push(path);
  const written = entries.filter(({ name }) => alone.length === 0 || alone.includes(name));
  const messages = written.map(({ framing, name, reaction, text }) => {
    const bytes = Buffer.from(text.replaceAll('\n', '\r\n'));
    writeFileSync(join(path, `${name}.msg`), bytes);
    return {
      name,
      file: `${name}.msg`,
      rfc: 5118,
      section: '0',
      title: name,
      type: text.startsWith('SIP/') ? 'response' : 'request',
      expected: 'valid',
      reaction,
      bytes: bytes.length,
      framing: { headerBytes: 0, stream: 'complete', ...framing },
      ...changes[name],
    };
  });
  writeFileSync(join(path, 'expected.json'), JSON.stringify({ about: 'IPv6 in SIP', fields: {}, messages }));
  return path;
}

const run = (path: string): Promise<Outcome> =>
  runConformance(['sip-torture', '--vectors', path], { log: () => undefined }, { environment: {} });

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true });
});

describe('pnpm conformance sip-torture --vectors DIR', () => {
  it('takes a folder with an expected.json of its own, and every kind of framing in it', async () => {
    const { report, ok } = await run(folder());
    expect((report as ConformanceResult).failures).toEqual([]);
    expect(ok).toBe(true);
    expect(report).toMatchObject({ suite: 'sip-torture', total: 14, passed: 14, skipped: 0 });
  });

  it.each([
    [
      'another reaction',
      { 'no-brackets': { reaction: accept } },
      'endpoint: respond 400; proxy: respond 400',
    ],
    ['another status', { 'no-brackets': { reaction: { ...refuse, status: 404 } } }, 'respond 400'],
    ['another kind of framing', { 'body-short': { framing: { stream: 'complete' } } }, 'incomplete-body'],
    ['other trailing bytes', { 'body-long': { framing: { stream: 'complete' } } }, 'stream'],
    ['another size of the file', { body: { bytes: 7 } }, 'not 7'],
  ])('fails a message whose vector expects %s', async (_, changes, actual) => {
    const { report, ok } = await run(folder(changes));
    const [name] = Object.keys(changes);
    expect(ok).toBe(false);
    const failure = (report as ConformanceResult).failures.find(({ id }) => id === name);
    const words = actual.split('; ');
    expect(words.some((word) => failure?.actual.includes(word))).toBe(true);
  });

  it('fails where the folder that was named has no expected.json, and is skipped where none was named', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'sip-vectors-'));
    folders.push(empty);
    const { report, ok } = await run(empty);
    expect(ok).toBe(false);
    expect(report).toMatchObject({ total: 1, passed: 0, failed: 1 });
    const unnamed = await runConformance(['sip-torture'], { log: () => undefined }, { environment: {} });
    expect(unnamed.report).toMatchObject({ total: 1, passed: 0, skipped: 1 });
  });
});
