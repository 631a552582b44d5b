import { describe, expect, it } from 'vitest';
import type { AuthorityConnection } from './connect-authority.ts';
import { homesGone, homesGoneRemedy, homesGoneText } from './homes-gone.ts';

const answering = (text: string, ok = true) =>
  ({ get: async (path: string) => ({ ok: ok && path === '/accounts/homes-gone', text }) }) as unknown as Pick<
    AuthorityConnection,
    'get'
  >;
const [pool2, pool3] = ['pool2.contoso.example', 'pool3.contoso.example'] as const;

describe('accounts whose home is gone', () => {
  it('are counted, by home, with what to do', async () => {
    const homes = [
      { home: pool2, users: 12 },
      { home: pool3, users: 1 },
    ];
    const found = await homesGone(answering(JSON.stringify({ homes })));
    expect(found).toEqual(homes);
    expect(homesGoneText(found)).toEqual([
      expect.stringMatching(
        /^13 accounts have a home .*: pool2\.contoso\.example \(12\), pool3\.contoso\.example \(1\);/,
      ),
    ]);
    expect(homesGoneRemedy(found)).toEqual([
      expect.stringMatching(
        /^entente user list --home pool2\.contoso\.example .* entente user move <user> --default/,
      ),
    ]);
  });

  it('are named for five homes at the most', () => {
    const many = Array.from({ length: 7 }, (_, at) => ({ home: `p${at}.contoso.example`, users: 1 }));
    expect(homesGoneText(many)[0]).toContain('p4.contoso.example (1), and 2 more;');
    expect(homesGoneText([{ home: pool2, users: 1 }])[0]).toMatch(/^1 account has a home/);
    expect([homesGoneText([]), homesGoneRemedy([])]).toEqual([[], []]);
  });

  it('are not known where an authority cannot say, e.g. one of an earlier release', async () => {
    expect(await homesGone(answering('', false))).toEqual([]);
  });

  it.each(['', '[]', '{"homes":{}}', '{"homes":[{"home":"p"}]}'])(
    'are refused where they are something else: %s',
    async (text) => {
      await expect(homesGone(answering(text))).rejects.toMatchObject({ code: 'ENTENTE_AUTHORITY_ANSWER' });
    },
  );
});
