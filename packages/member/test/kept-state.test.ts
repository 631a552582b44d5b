import { createTestLog } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { KeptState } from '../src/follow/kept-state.ts';

describe('what is kept of a domain for the next run', () => {
  const start = () => {
    const written: string[] = [];
    let looks = 0;
    const gone: string[] = [];
    const logged: unknown[] = [];
    const keep = (what: string) => async () => void written.push(what);
    const kept = new KeptState({
      state: { lastKnown: {} },
      lists: { keep: keep('lists') },
      topologyFile: { keep: keep('topology') },
      keysFile: { keep: keep('keys') },
      lastKnownFile: { keep: keep('times') },
      files: {
        async lookForMissing() {
          looks += 1;
          return gone.splice(0);
        },
      },
      log: createTestLog(({ fields }) => logged.push((fields as { event: string }).event)),
    });
    return { kept, gone, logged, written, looks: () => looks };
  };

  it('is looked through for missing files with each write', async () => {
    const { kept, looks, written } = start();
    await kept.keep();
    expect([written, looks()]).toEqual([['lists', 'times'], 1]);
  });

  it('is said to be written again where it was deleted, once', async () => {
    const { gone, kept, logged } = start();
    gone.push('/srv/fe1/domain-keys.json');
    await kept.keep();
    await kept.keep();
    expect(logged).toEqual(['files-written-again']);
  });

  it('is written at the end, when no missing file is looked for any more: a disk that does not answer would hold the end up', async () => {
    const { kept, looks, written } = start();
    await kept[Symbol.asyncDispose]();
    expect([written, looks()]).toEqual([['lists', 'times'], 0]);
  });
});
