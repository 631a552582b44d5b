import { describe, expect, it } from 'vitest';
import { authorityFailure } from './authority-failure.ts';

const failed = (code: string) => authorityFailure(Object.assign(new Error(code), { code })).fields;

describe('an authority that is not reached', () => {
  it('where DNS has no name for it: the configuration may have its address', () => {
    for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']) {
      const fields = failed(code);
      expect(fields).toMatchObject({ event: 'authority-unreachable', code });
      expect(fields.remedy).toMatch(/entente topology dns.*`addresses` in the configuration of this server/);
    }
  });

  it('at an address: it may be the one that the configuration has, which comes before DNS', () => {
    expect(failed('ECONNREFUSED').remedy).toMatch(
      /^check that the authority runs.*`addresses`.*comes first$/,
    );
  });
});
