import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateSequence } from './state-sequence.ts';

const start = Date.UTC(2026, 5, 1);
const day = 86_400_000;

describe('the sequence of trust states', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-sequence-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('gives no number twice, whatever its clock says and whenever it was killed', async () => {
    const given: number[] = [];
    for (let run = 0; run < 4; run++) {
      // A run that is killed leaves what it has reserved, and nothing else.
      const sequence = await StateSequence.open(directory, () => start - run * day);
      for (let count = 0; count < 70; count++) given.push(await sequence.next());
    }
    expect(given).toEqual([...new Set(given)].sort((one, other) => one - other));
  });

  it('gives no number again that it gave since a copy of its file was made, not even in a moment with many', async () => {
    const copied = await StateSequence.open(directory, () => start);
    let last = 0;
    for (let count = 0; count < 500; count++) last = await copied.next();
    await rm(join(directory, 'state-sequence.json'));
    const restored = await StateSequence.open(directory, () => start + 5_000);
    expect(await restored.next()).toBeGreaterThan(last);
  });

  it('gives no number that is not reserved on disk', async () => {
    const sequence = await StateSequence.open(directory, () => start);
    const number = await sequence.next();
    const { reserved } = JSON.parse(await readFile(join(directory, 'state-sequence.json'), 'utf8'));
    expect(reserved).toBeGreaterThanOrEqual(number);
    await rm(directory, { recursive: true });
    const more = async () => {
      for (let count = 0; count < 100; count++) await sequence.next();
    };
    await expect(more()).rejects.toThrow();
  });

  it('does not begin where its file is damaged', async () => {
    for (const text of ['', '{"reserved":', '{"reserved":"5"}', 'null']) {
      await writeFile(join(directory, 'state-sequence.json'), text);
      await expect(StateSequence.open(directory, () => start)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      });
    }
  });
});
