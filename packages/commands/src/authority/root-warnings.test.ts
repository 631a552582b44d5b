import { describe, expect, it } from 'vitest';
import type { AuthorityConnection } from './connect-authority.ts';
import { rootWarnings } from './root-warnings.ts';

const answering = (text: string) =>
  ({ get: async (path: string) => ({ ok: path === '/issuers', text }) }) as unknown as AuthorityConnection;

describe('what the key of the root is needed for', () => {
  it('is what the authority warns of, each with its remedy', async () => {
    const warning = {
      kind: 'root-list-expires',
      loud: false,
      message: 'the list ends',
      remedy: 'sign',
      until: 1,
    };
    const found = await rootWarnings(answering(JSON.stringify({ issuers: [], warnings: [warning] })));
    expect(found).toEqual({ ok: true, found: { warnings: [{ message: 'the list ends', remedy: 'sign' }] } });
  });

  it('is an answer that was brought, until the authority has taken it: nobody goes to the root again', async () => {
    const warning = { message: 'the list ends', remedy: 'carry the request to the root' };
    const text = JSON.stringify({ warnings: [warning], brought: ['root-answer.json'] });
    expect(await rootWarnings(answering(text))).toMatchObject({
      found: {
        warnings: [
          {
            message: 'the list ends',
            remedy: expect.stringContaining('has taken root-answer.json, within a minute'),
          },
        ],
      },
    });
    const without = JSON.stringify({ warnings: [warning], brought: [] });
    expect(await rootWarnings(answering(without))).toMatchObject({ found: { warnings: [warning] } });
  });

  it('has the key itself beside it, where it lies at the authority', async () => {
    const rootKey = { file: '/ca/root_ca.key', message: 'it is here', remedy: 'move it' };
    expect(await rootWarnings(answering(JSON.stringify({ warnings: [], rootKey })))).toEqual({
      ok: true,
      found: { warnings: [], rootKey },
    });
  });

  it.each([
    '',
    '[]',
    '{"warnings":{}}',
    '{"warnings":[null]}',
    '{"warnings":[{"message":"the list ends"}]}',
    '{"warnings":[],"rootKey":{"file":"root_ca.key"}}',
  ])('is refused where it is something else: %s', async (text) => {
    await expect(rootWarnings(answering(text))).rejects.toMatchObject({ code: 'ENTENTE_AUTHORITY_ANSWER' });
  });
});
