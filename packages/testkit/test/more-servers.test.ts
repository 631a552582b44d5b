import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, clone, placed, Terminal } from './guide-terminal.ts';

const guide = join(clone, 'docs/guides/more-servers.md');

describe('the guide to servers of every role', { timeout: 600_000 }, () => {
  let folder: string;
  let terminal: Terminal;
  /** What each block printed, by a text that the block has. */
  const printed: { readonly block: string; readonly output: string }[] = [];
  const saidBy = (text: string): string => printed.find(({ block }) => block.includes(text))?.output ?? '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-more-servers-'));
    terminal = new Terminal();
    for (const block of await placed(await blocksOf(guide), '/tmp/more-servers', folder))
      printed.push({ block, output: await terminal.run(block) });
  }, 600_000);
  afterAll(async () => {
    await terminal[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('starts a server of every role', () => {
    const started = printed.map(({ output }) => output).join('');
    for (const name of ['fe1', 'dir1', 'med1', 'web1'])
      expect(started).toContain(`pool-server has started with ${name}.yaml`);
    expect(started).toContain('edge-server has started with edge1.yaml');
    expect(started).toContain('chat-room-server has started with chat1.yaml');
  });

  it('has an application that answers, and a room that delivers', () => {
    const said = saidBy('is there anybody?');
    expect(said).toContain('message from sip:echo@echo1.contoso.example');
    expect(said).toContain('welcome, bob');
  });

  it('brings a call to a number as far as the mediation server', async () => {
    expect(saidBy('is there anybody?')).toContain('call: 504');
    const log = await readFile(join(folder, 'contoso/med1.yaml.log'), 'utf8');
    expect(log).toContain('"event":"unreachable","peer":"gw1.contoso.example"');
  });

  it('asks web services for everything that the page lists', () => {
    const said = saidBy('/api/people');
    expect(said).toContain('"format":"entente-discovery/1"');
    expect(said).toContain('"people":[{"address":"bob@contoso.example"}]');
    expect(said).toContain('"devices":[]');
    expect(said.match(/"csrf":/g)?.length).toBe(2);
  });

  it('gets certificates for both sides of a reverse proxy, and its configuration', async () => {
    expect(saidBy('proxy/external.csr')).toContain('names: web.contoso.example');
    for (const file of ['nginx.conf', 'haproxy.cfg'])
      expect(await readFile(join(folder, 'contoso/proxy', file), 'utf8')).toContain('web1.contoso.example');
  });

  it('leaves nothing that needs attention: every server has its certificate', () => {
    expect(saidBy('entente status')).toContain('nothing needs attention');
  });
});
