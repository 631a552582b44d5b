import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerOf, runEntente } from './command-line.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-trace-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function log(name: string, lines: readonly (object | string)[]): Promise<string> {
  const file = join(folder, name);
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  await writeFile(file, `${texts.join('\n')}\n`);
  return file;
}

describe('entente trace', () => {
  it('reads standard input where a file is named -, beside others', async () => {
    const time = '2026-11-27T08:00:00.001Z';
    const line = { time, source: 'fe1.contoso.example', event: 'refused', callId: 'a', msg: 'refused' };
    const piped = Readable.from([`${JSON.stringify(line)}\n`]) as typeof process.stdin;
    const file = await log('fe2.log', [{ ...line, source: 'fe2.contoso.example' }]);
    const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(piped);
    const { status, stdout } = await runEntente(`trace a - ${file}`);
    stdin.mockRestore();
    expect(status).toBe(0);
    for (const server of ['fe1', 'fe2']) expect(stdout).toContain(`${server}.contoso.example`);
  });

  it('shows the lines of one dialog over all servers, in order of time, also of releases that wrote milliseconds', async () => {
    const fe1 = await log('fe1.log', [
      {
        time: '2026-11-27T08:00:00.002Z',
        source: 'fe1.contoso.example',
        event: 'transaction',
        method: 'INVITE',
        callId: 'a',
        msg: 'INVITE sent: 200',
      },
      {
        time: '2026-11-27T08:00:00.001Z',
        source: 'fe1.contoso.example',
        event: 'transaction',
        method: 'INVITE',
        callId: 'b',
        msg: 'other',
      },
      'not a line of a log "callId"',
      '"callId"',
      { time: 'never', source: 'fe1.contoso.example', callId: 'a', msg: 'no time' },
    ]);
    const fe2 = await log('fe2.log', [
      {
        time: Date.parse('2026-11-27T08:00:00.001Z'),
        source: 'fe2.contoso.example',
        event: 'refused',
        reason: 'flow-failed',
        callId: 'a',
        peer: 'fe1.contoso.example',
        msg: 'refused',
      },
    ]);
    const { json, status } = await answerOf(`trace a ${fe1} ${fe2}`);
    expect(status).toBe(0);
    expect(json.lines).toMatchObject([{ source: 'fe2.contoso.example' }, { source: 'fe1.contoso.example' }]);
    const text = (await runEntente(`trace a ${fe1} ${fe2}`)).stdout;
    expect(text).toMatch(
      /2026-11-27T08:00:00\.001Z +fe2\.contoso\.example +refused flow-failed +refused \(fe1\.contoso\.example\)/,
    );
    expect(text).not.toContain('other');
  });

  it('ends with status 1 where no line has the Call-ID, and says how lines come to be there', async () => {
    const file = await log('fe1.log', [{ time: 1, callId: 'b' }]);
    const { status, stdout } = await runEntente(`trace a ${file}`);
    expect(status).toBe(1);
    expect(stdout).toContain('logLevel: debug');
    expect(stdout).toContain('check the Call-ID');
  });

  it('names the file that cannot be read', async () => {
    const { status, stderr } = await runEntente(`trace a ${join(folder, 'missing.log')}`);
    expect(status).toBe(2);
    expect(stderr).toContain('ENTENTE_FILE_UNREADABLE');
  });
});
