import { describe, expect, it } from 'vitest';
import type { AuthorityConnection } from './connect-authority.ts';
import { homesGone, homesGoneRemedy, homesGoneText, outsideRemedy, outsideText } from './homes-gone.ts';

const answering = (text: string, ok = true) =>
  ({ get: async (path: string) => ({ ok: ok && path === '/accounts/homes-gone', text }) }) as unknown as Pick<
    AuthorityConnection,
    'get'
  >;
const [pool2, pool3] = ['pool2.contoso.example', 'pool3.contoso.example'] as const;

const none = { users: 0, first: [] };

describe('accounts whose home is gone', () => {
  it('are counted, by home, with what to do', async () => {
    const homes = [
      { home: pool2, users: 12 },
      { home: pool3, users: 1 },
    ];
    const { homes: found, outside } = await homesGone(answering(JSON.stringify({ homes })));
    expect(found).toEqual(homes);
    expect(outside, 'of which an earlier release says nothing').toEqual(none);
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
    expect(await homesGone(answering('', false))).toEqual({ homes: [], outside: none });
  });

  it.each(['', '[]', '{"homes":{}}', '{"homes":[{"home":"p"}]}', '{"homes":[],"outside":{"users":1}}'])(
    'are refused where they are something else: %s',
    async (text) => {
      await expect(homesGone(answering(text))).rejects.toMatchObject({ code: 'ENTENTE_AUTHORITY_ANSWER' });
    },
  );
});

describe('accounts whose domain is gone', () => {
  it('are counted and named, with what to do', async () => {
    const outside = { users: 7, first: ['bob@sales.contoso.example'] };
    const found = await homesGone(answering(JSON.stringify({ homes: [], outside })));
    expect(found.outside).toEqual(outside);
    expect(outsideText(outside)[0]).toMatch(/^7 accounts are .*: bob@sales\.contoso\.example, and 6 more;/);
    expect(outsideText({ ...outside, users: 1 })[0]).toMatch(
      /^1 account is .*: bob@sales\.contoso\.example;/,
    );
    expect(outsideRemedy(outside)).toEqual([
      expect.stringMatching(
        /^entente user remove bob@sales\.contoso\.example .* entente topology add domain sales\.contoso\.example /,
      ),
    ]);
    expect([outsideText(none), outsideRemedy(none)]).toEqual([[], []]);
  });
});
