import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@entente/commands';
import {
  administratorSetHash,
  decodeSignedTopology,
  type SignedTopology,
  type TopologyDocument,
  verifyChain,
  verifyTopology,
} from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const guide = new URL('../../../docs/guides/first-network.md', import.meta.url);
const home = process.cwd();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-first-network-'));
});
afterAll(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true, force: true });
});

/** The commands of the page, one a line. */
async function commandsOf(page: URL): Promise<readonly string[]> {
  const text = await readFile(page, 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([^`]*)^```$/gm)].map((match) => match[1] ?? '');
  return blocks
    .join('')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '');
}

/** Does what a shell would: `mkdir`, `cd`, and `entente` itself. */
async function execute(line: string): Promise<string> {
  let output = '';
  for (const command of line.split(' && ')) {
    const [name, ...args] = command.split(/\s+/);
    if (name === 'mkdir') await mkdir(args[0]!);
    else if (name === 'cd') process.chdir(args[0]!);
    else if (name === 'entente') output += await entente(args);
    else throw new Error(`the page uses ${name}, which this test does not know`);
  }
  return output;
}

async function entente(args: readonly string[]): Promise<string> {
  let output = '';
  const write = (text: unknown) => {
    output += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  try {
    expect(await run(args), `${args.join(' ')}\n${output}`).toBe(0);
  } finally {
    vi.restoreAllMocks();
    process.exitCode = 0;
  }
  return output;
}

async function versions(organisation: string, count: number): Promise<readonly string[]> {
  const files = Array.from({ length: count }, (_, index) =>
    join(folder, organisation, `topology.v${index + 1}.json`),
  );
  return Promise.all(files.map((file) => readFile(file, 'utf8')));
}

function documentOf(text: string): TopologyDocument {
  const decoded = decodeSignedTopology(text);
  if (!decoded.ok) throw new Error(decoded.message);
  return (decoded as unknown as SignedTopology).document;
}

describe('the guide to the first network', () => {
  it('leads from nothing to two organisations that name each other, and every step says what is next', async () => {
    const commands = await commandsOf(guide);
    expect(commands.length).toBeGreaterThan(25);
    process.chdir(folder);
    for (const command of commands) {
      const output = await execute(command);
      // A zone file goes into a zone, and nothing else may stand in it.
      const speaks = command.startsWith('entente ') && !command.includes('--zone');
      if (speaks) expect(output, command).toMatch(/\nNext:\n(?: {2}\S.*\n)+$/);
    }
  });

  it('leaves chains of versions that members take up, with the partner in them and the servers where they were put', async () => {
    for (const [organisation, count] of [
      ['contoso', 3],
      ['fabrikam', 2],
    ] as const) {
      const texts = await versions(organisation, count);
      const known = { administratorSetHash: administratorSetHash(documentOf(texts[0]!).administrators) };
      const { last, refused } = verifyChain(texts, { known, now: Date.now() });
      expect(refused).toBeUndefined();
      expect(last?.topology.document.version).toBe(count);
      expect(last?.topology.servers.get(`fe1.${organisation}.example`)?.interfaces.internal?.address).toBe(
        '127.0.0.1',
      );
      expect(await readFile(join(folder, organisation, 'topology.signed.json'), 'utf8')).toBe(texts.at(-1));
    }
    const [, second, third] = (await versions('contoso', 3)).map(documentOf);
    expect(second?.partners?.map((partner) => partner.id)).toEqual(['fabrikam']);
    expect(third?.partners).toBeUndefined();
    const root = await readFile(join(folder, 'fabrikam', 'ca', 'root_ca.crt'), 'utf8');
    const [partner] = second?.partners ?? [];
    const anchor = partner?.kind === 'allowed-server' ? partner.anchors?.[0] : undefined;
    expect(root.replaceAll(/-----[^-]+-----|\s/g, '')).toBe(anchor?.certificate);
  });

  it('leaves a signed document that no longer counts once a byte of it is changed', async () => {
    const [first] = await versions('fabrikam', 1);
    const known = { administratorSetHash: administratorSetHash(documentOf(first!).administrators) };
    expect(verifyTopology(first!, { known, now: Date.now() }).accepted).toBe(true);
    expect(
      verifyTopology(first!.replace('127.0.0.1', '127.0.0.2'), { known, now: Date.now() }).accepted,
    ).toBe(false);
  });

  it('leaves a file that a person can read, with its comments', async () => {
    const text = await readFile(join(folder, 'contoso', 'topology.yaml'), 'utf8');
    expect(text).toMatch(/^# The topology of contoso\.example/);
    expect(parseTopology(text).ok).toBe(true);
  });
});
