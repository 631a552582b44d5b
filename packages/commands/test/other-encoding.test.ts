import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { answerOf } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

useTopologyFolder();

describe('a topology in another encoding than UTF-8', () => {
  it.each([
    'topology check',
    'topology add server fe2.contoso.example --role front-end',
    'topology sign --key administrators/alice.key',
  ])('is refused with its place, and stays as it is: entente %s', async (line) => {
    const text = (await readFile('topology.yaml', 'utf8')).replace(
      '\nversion:',
      '\ntitle: Büro München\nversion:',
    );
    const bytes = Buffer.from(text, 'latin1');
    await writeFile('topology.yaml', bytes);
    const at = text.slice(0, text.indexOf('ü')).split('\n');
    const { json, status } = await answerOf(line);
    expect(status).toBe(2);
    expect(json.fault).toMatchObject({
      code: 'ENTENTE_NOT_UTF8',
      place: `topology.yaml:${at.length}:${(at.at(-1)?.length ?? 0) + 1}`,
      remedy: expect.stringContaining('save the file as UTF-8'),
    });
    expect(await readFile('topology.yaml')).toEqual(bytes);
  });

  it('is told to be saved as UTF-8 where it is UTF-16', async () => {
    await writeFile('topology.yaml', await readFile('topology.yaml', 'utf8'), 'utf16le');
    const { json } = await answerOf('topology check');
    expect(json.fault).toMatchObject({ code: 'ENTENTE_NOT_UTF8', place: 'topology.yaml:1:2' });
  });
});
