import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@entente/testkit/repository';
import { links as allowed } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, clone, placed, Terminal } from './guide-terminal.ts';
import { clockAhead, noLaterClock } from './later-clock.ts';

const guide = join(clone, 'docs/guides/two-organisations.md');
const operations = join(clone, 'docs/guides/operations.md');
const [poolServer, authority] = ['fe1.yaml', 'ca/authority.yaml'];

/** Starts a user's client in a terminal of its own, which knows where the programs are. */
function client(blocks: readonly string[], user: string, first = ''): Terminal {
  const terminal = new Terminal();
  terminal.type(first);
  const [paths = ''] = blocks[0]?.split('\n') ?? [];
  terminal.type(
    `${paths}\n${blocks.find((block) => block.includes(`entente-demo-client --config ${user}.yaml`))}`,
  );
  return terminal;
}

describe('the guide to two organisations', { timeout: 900_000 }, () => {
  let folder: string;
  let blocks: readonly string[];
  let operating: readonly string[];
  let servers: Terminal;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-two-organisations-'));
    const [first, second] = [await blocksOf(guide), await blocksOf(operations)];
    // Placed together: the second page is about the network of the first.
    const all = await placed([...first, ...second], '/tmp/two-organisations', folder);
    blocks = all.slice(0, first.length);
    operating = all.slice(first.length);
    servers = new Terminal();
  });
  afterAll(async () => {
    await servers[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Ends a server by what it logged first. */
  async function stop(configuration: string): Promise<void> {
    const [first = ''] = (await readFile(join(folder, 'contoso', `${configuration}.log`), 'utf8')).split(
      '\n',
      1,
    );
    const { pid } = JSON.parse(first) as { pid: number };
    await servers.run(`kill ${pid}; wait ${pid}`);
  }

  /** Starts the servers again at a later time, at which the terminal stays. */
  async function later(hours: number): Promise<void> {
    await stop(poolServer);
    await stop(authority);
    await servers.run(clockAhead(hours));
    await servers.run(`serve authority-server ${authority}\nserve pool-server ${poolServer}`);
  }

  /** Looks for lines of a log until there are any: a server writes when it does something, not when it has been asked to. */
  function logged(text: string, log: string): Promise<string> {
    return servers.run(`until grep -h '${text}' ${log}; do sleep 0.2; done`);
  }

  /** Looks at what the rollover shows until there is a text. @returns what it showed then */
  function rolledOver(text: string): Promise<string> {
    const shown = 'entente ca rollover --as ca/administrators/alice.yaml';
    return servers.run(`until ${shown} | grep -q '${text}'; do sleep 1; done; ${shown}`);
  }

  /** The blocks that end, from one that contains a text to the one before that contains another. */
  function between(first: string, end: string): readonly string[] {
    const [from, to] = [first, end].map((text) => blocks.findIndex((block) => block.includes(text)));
    if (from === -1 || to === -1) throw new Error(`the guide no longer has ${first} or ${end}`);
    return blocks.slice(from, to);
  }

  it('leads from nothing to a message across, shows each link, and a refusal when the trust is taken back', async () => {
    for (const block of between('export PATH', 'entente-demo-client')) await servers.run(block);

    await using bob = client(blocks, 'bob');
    await bob.says('register: 200');
    {
      await using alice = client(blocks, 'alice');
      await alice.says('message: 200');
      await bob.says('message from sip:alice@contoso.example');
      await bob.says('hello from the other side');
    }
    const [links = ''] = between('"event":"link"', 'topology remove');
    const shown = await servers.run(links);
    for (const { row } of [allowed.clientToFrontEnd, allowed.edgeToFrontEnd, allowed.federation])
      expect(shown).toContain(`"link":${row},`);

    const [narrow = '', refusal = ''] = between('topology remove', 'kill $(jobs -p)');
    expect(await servers.run(narrow)).toContain(
      'version 2 of fabrikam.example is in force: narrowing change',
    );
    const refused = await servers.run(refusal);
    expect(refused).toMatch(/"reason":"unknown-issuer".*"remedy":"[^"]*topology add partner/);
    await using again = client(blocks, 'alice');
    await again.says('message: 500');
    await logged('"reason":"peer-refused"', '../contoso/edge1.yaml.log');
    const told = await logged('"event":"refused"', '../contoso/edge1.yaml.log');
    expect(told).not.toContain('unknown-issuer');
    // Who dials again has proven nothing there: the name is a claim.
    await logged('"peer":"unknown","claimed":"access.contoso.example.*"when":"handshake"', 'edge1.yaml.log');
  });

  it('leaves a network on which the blocks of “Operations” do what that page says', async () => {
    await servers.run('cd ../contoso');
    const told: string[] = [];
    for (const block of operating) {
      if (block.includes('serve pool-server')) await stop(poolServer);
      if (block.includes('serve authority-server')) await stop(authority);
      // It fails as long as a server has not reported the newest that is in force.
      const isStatus = block.startsWith('entente status ');
      told.push(await servers.run(isStatus ? `until ${block.trimEnd()}; do sleep 1; done` : block));
      // Another server may have had five things to say since.
      if (block.includes('tail -n 5')) told.push(await servers.run(block.replace(' | tail -n 5', '')));
    }
    const all = told.join('');
    expect(all).toContain('"reason":"peer-refused"');
    expect(all).toMatch(/version \d+ of contoso\.example is in force, signed by alice at /);
    expect(all).toMatch(/^no changes$/m);
    expect(all).toContain('notAfter=');
    expect(all).toContain('disabled bob@contoso.example');
    expect(all).toContain('1 added, 0 replaced, 0 unchanged, 0 refused');
    expect(all).toContain('✓ trusted: contoso.example');
    expect(all).toContain('✓ trusted: fabrikam.example');
    expect(all).toContain('pool-server has started with fe1.yaml');
    expect(all).toMatch(/revoked \d certificates?, keyCompromise: [0-9a-f]+/);
    expect(all).toContain('authority-server has started with ca/authority.yaml');
    expect(all).toContain('Signed by the root.');
    expect(all).toContain('Answer of the root accepted.');
    expect(all).toMatch(/issued certificate [0-9a-f]+ to gw1\.contoso\.example/);
    expect(all).toMatch(/back to the content of version 4, from version 5/);
    expect(all.match(/version \d of contoso\.example is in force: narrowing change/g)?.length).toBe(3);
    expect(all).toMatch(/backed up \d+ files to .*, as the running authority was at /);
    expect(all).toMatch(
      /restored \d+ files to .*\nsigned by [0-9a-f]+, the key of this authority\n.*ca\.replaced-/,
    );
    expect(all).toContain('0 revocations since then were found in the lists');
  });

  it('leads on to the end of the first root, in blocks that come an hour and a day later', async (test) => {
    needs(test, noLaterClock);
    const [taint = '', renew = '', retire = '', ...more] = await blocksOf(operations, 'bash');
    expect(more, 'blocks of “Operations” that no test runs').toEqual([]);
    await later(2);
    expect(await rolledOver('root taint lets')).toMatch(/^3 +2 +active /m);
    expect(await servers.run(taint)).toContain('version 10 of contoso.example is in force: change by quorum');
    expect(await servers.run(renew)).toMatch(/^renewed the client certificate of alice, /m);
    await rolledOver('root retire');
    await later(30);
    expect(await servers.run(retire)).toContain(
      'version 11 of contoso.example is in force: change by quorum',
    );
    expect(await rolledOver('Root CA 2')).toMatch(/^1 +retired .* 0 +0 +it is believed no more/m);
    await using again = client(blocks, 'alice', clockAhead(30));
    await again.says('register: 200');
  });

  it('ends all that it has started', async () => {
    await servers.run(blocks.at(-1) ?? '');
    expect(await servers.run('jobs -r')).toBe('');
  });

  it('leaves an authority that listens on loopback only, and no password', async () => {
    for (const organisation of ['contoso', 'fabrikam']) {
      const text = await readFile(join(folder, organisation, 'ca/authority.yaml'), 'utf8');
      expect(text.match(/host: 127\.0\.0\.1/g)).toHaveLength(2);
      const [user] = (await readdir(join(folder, organisation))).filter((file) =>
        /^(alice|bob)\.yaml$/.test(file),
      );
      const password = /^password: (.+)$/m.exec(
        await readFile(join(folder, organisation, user!), 'utf8'),
      )?.[1];
      const files = await readdir(join(folder, organisation, 'ca'));
      for (const file of files.filter((name) => name.startsWith('authority.sqlite')))
        expect(await readFile(join(folder, organisation, 'ca', file), 'latin1')).not.toContain(password);
    }
  });

  it('names only reasons that there are, in its table of what goes wrong', async () => {
    const text = await readFile(guide, 'utf8');
    const reasons = await readFile(join(clone, 'docs/reference/reasons.md'), 'utf8');
    const named = [...text.matchAll(/^\| `([a-z-]+)`(?: at an edge|, `| +\|)/gm)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(5);
    const elsewhere = ['token-spent'];
    expect(named.filter((name) => !reasons.includes(`### ${name}\n`) && !elsewhere.includes(name))).toEqual(
      [],
    );
  });
});
