import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Guide, readGuide, runCommands } from './guide.ts';

const page = `# A page

\`\`\`ini [gateway/tls.cfg]
first = /tmp/foreign-servers/a
\`\`\`

\`\`\`bash
not run
\`\`\`

\`\`\`sh
cd /tmp/foreign-servers/contoso
echo hello
\`\`\`

\`\`\`sh
cd /tmp/foreign-servers/contoso
echo goodbye
\`\`\`

\`\`\`ini [gateway/tls.cfg]
second = 2
\`\`\`
`;

describe('what a run takes from a guide', () => {
  let folder: string;
  let guide: Guide;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-guide-'));
    await writeFile(join(folder, 'page.md'), page);
    guide = await readGuide('/run', join(folder, 'page.md'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is all blocks of a file in order, and the one block of commands with a text, in the folder of the run', () => {
    expect(guide.unused()).toEqual([
      'gateway/tls.cfg',
      'cd /run/contoso echo hello',
      'cd /run/contoso echo goodbye',
      'gateway/tls.cfg',
    ]);
    expect(guide.file('gateway/tls.cfg')).toBe('first = /run/a\n\nsecond = 2\n');
    expect(guide.commands('hello')).toBe('cd /run/contoso\necho hello\n');
    expect(guide.unused()).toEqual(['cd /run/contoso echo goodbye']);
  });

  it('is refused where the guide does not have it, or has it twice', () => {
    expect(() => guide.file('gateway/kamailio.cfg')).toThrow('no block [gateway/kamailio.cfg]');
    expect(() => guide.commands('not run')).toThrow('found 0');
    expect(() => guide.commands('cd /run/contoso')).toThrow('found 2');
  });

  it('fails with what a command said, where one fails', async () => {
    const { signal } = new AbortController();
    await expect(runCommands('echo one | cat', signal)).resolves.toBe('one\n');
    await expect(runCommands('echo wrong >&2; false | cat; echo never', signal)).rejects.toThrow('wrong');
  });
});

it('finds the files of both servers in the guide', async () => {
  const guide = await readGuide('/run');
  expect(guide.file('fabrikam/kamailio.cfg')).toContain('#!KAMAILIO');
  expect(guide.file('gateway/kamailio.cfg')).toContain('#!KAMAILIO');
});
