import { sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { hers, his, message, newSealing, start } from '../test/edge-between.ts';

describe('the author whom a room of a partner names', () => {
  const domains = ['fabrikam.example', 'fabrikam-labs.example', 'fabrikam-shop.example'];
  const current = sampleTopology({
    partners: [
      { kind: 'allowed-domain', id: 'fabrikam', domains },
      { kind: 'allowed-domain', id: 'litware', domains: ['litware.example'] },
    ],
  });
  const namedAs = (...authors: string[]) => {
    const { fromPartner, reasons, sent } = start(newSealing(), current);
    const headers = authors.map((author): [string, string] => ['entente-author', author]);
    fromPartner(message('MESSAGE', his, hers, { headers }));
    expect(reasons).toEqual([]);
    return sent.inside.map(({ message: seen }) => seen.all('Entente-Author'));
  };

  it.each([
    '<sip:carol@fabrikam.example>',
    '<sip:carol@FABRIKAM.example>',
    '"Carol" <sips:carol@fabrikam-labs.example>',
  ])('comes in where it is a user of a domain that the certificate of the partner has: %s', (author) => {
    expect(namedAs(author)).toEqual([[author]]);
  });

  it.each([
    ['a user of ours', ['<sip:ceo@contoso.example>']],
    ['a user of ours in the name of its own', ['<sip:ceo%40contoso.example@fabrikam.example>']],
    ['the same in a context', ['<sip:ceo;phone-context=contoso.example@fabrikam.example>']],
    ['shown backwards behind its name', ['"Carol \u202E" <sip:elpmaxe.osotnoc%40oec@fabrikam.example>']],
    ['a user of another partner', ['<sip:carol@litware.example>']],
    ['a user of a domain of the partner that its certificate has not', ['<sip:carol@fabrikam-shop.example>']],
    ['a user of a domain below that of the partner', ['<sip:carol@hr.fabrikam.example>']],
    ['a number', ['<tel:+15550100>']],
    ['nothing that is an address', ['carol of Fabrikam']],
    ['one of two', ['<sip:carol@fabrikam.example>', '<sip:ceo@contoso.example>']],
    ['one of two in one line', ['<sip:carol@fabrikam.example>, <sip:ceo@contoso.example>']],
  ])('stays outside where it is %s, and the message comes in', (_, authors) => {
    expect(namedAs(...authors)).toEqual([[]]);
  });
});
