import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGuideBlocks } from './guide-blocks.ts';

const fence = '```';

describe('the blocks of a guide to two machines', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-guide-blocks-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const blocksOf = async (text: string) => {
    const page = join(folder, 'page.md');
    await writeFile(page, text);
    return readGuideBlocks(page);
  };

  it('are those of one machine, and of both, in the order of the page', async () => {
    const page = ['machine one', 'both machines', 'machine two'].map(
      (place, at) => `${fence}sh\n# ${place}\necho ${at}\n${fence}\n`,
    );
    expect(await blocksOf(page.join('text\n'))).toEqual([
      { on: ['one'], commands: 'echo 0\n' },
      { on: ['one', 'two'], commands: 'echo 1\n' },
      { on: ['two'], commands: 'echo 2\n' },
    ]);
  });

  it('are refused where one of them does not say on which machine it is run', async () => {
    for (const first of ['', '# machine three\n', '# machine one \n'])
      await expect(blocksOf(`${fence}sh\n${first}echo lost\n${fence}\n`)).rejects.toThrow(
        'as the first line',
      );
  });

  it('are all of them in the guide: none is left out', async () => {
    const guide = fileURLToPath(new URL('../../../docs/guides/two-machines.md', import.meta.url));
    const blocks = await readGuideBlocks(guide);
    expect(new Set(blocks.flatMap(({ on }) => on))).toEqual(new Set(['one', 'two']));
  });
});
