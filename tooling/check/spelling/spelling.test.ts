import { expect, it } from 'vitest';
import { wordsIn } from './words-in.ts';

it('the spelling check leaves out what is not language: code, names in its form, addresses, paths, abbreviations', () => {
  const text = [
    'The `certifcate` of loadCertifcate and load_certifcate, at https://a.example/certifcate,',
    'in docs/certifcate.md (see [the page](certifcate.md#certifcate)), after --certifcate, CRTFCT, x509v3:',
    '```ts',
    'const certifcate = 1;',
    '```',
  ].join('\n');
  expect(wordsIn(text).map(({ word }) => word)).toEqual(['The', 'and', 'see', 'the', 'page', 'after']);
});
