import { edit, type HeaderFields } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { vouchFor } from './register-hops.ts';
import type { Sender } from './sender.ts';

const topology = sampleTopology({
  partners: [
    { kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example', 'fabrikam-labs.example'] },
    { kind: 'allowed-domain', id: 'litware', domains: ['litware.example'] },
  ],
  providers: [{ id: 'hoster', fqdn: 'sip.hoster.example', domains: ['tailspin.example', 'wingtip.example'] }],
});
const isNumberOfUser = (number: string) => number === '+49301002';
const server = { fqdn: 'fe1.contoso.example', topology: () => topology, isNumberOfUser };
const broughtByEdge: Sender = {
  arrival: { kind: 'partner', name: 'edge1.contoso.example' },
  identity: { ok: true, asserted: undefined, values: [] },
  isInsider: false,
  origin: {
    id: 1,
    server: 'edge1.contoso.example',
    isClosed: false,
    users: new Map(),
    link: links.edgeToFrontEnd,
    protection: {},
  },
  flow: '',
  provenBy: undefined,
};

/** Who stands as the author in what goes on. */
function authorsAfter(from: string, ...authors: string[]): readonly string[] {
  const headers = authors.map((author): [string, string] => ['Entente-Author', author]);
  const request = requestBetween(from, 'sip:bob@contoso.example', {
    method: 'MESSAGE',
    headers: headers as HeaderFields,
  });
  const editor = edit(request);
  vouchFor(editor, request, broughtByEdge, server);
  return editor.toMessage().all('Entente-Author');
}

describe('the author whom a room outside names', () => {
  it.each([
    ['sip:room@fabrikam.example', '<sip:carol@fabrikam.example>'],
    ['sip:room@fabrikam.example', '<sip:carol@FABRIKAM-labs.example>'],
    ['sip:room@Tailspin.example', '<sip:carol@wingtip.example>'],
    ['sip:room@bank.example', '<sip:carol@bank.example>'],
    ['sip:room@fabrikam.example', '<sip:+4940123@fabrikam.example>'],
  ])('goes on from %s as one of the same partner: %s', (from, author) => {
    expect(authorsAfter(from, author)).toEqual([author]);
  });

  it.each([
    ['sip:room@fabrikam.example', ['<sip:ceo@contoso.example>']],
    ['sip:room@fabrikam.example', ['<sip:ceo%40contoso.example@fabrikam.example>']],
    ['sip:room@fabrikam.example', ['<sip:ceo;phone-context=contoso.example@fabrikam.example>']],
    ['sip:room@fabrikam.example', ['<sip:+49301002@fabrikam.example>']],
    ['sip:room@fabrikam.example', ['<sip:0049301002@fabrikam.example;user=phone>']],
    ['sip:room@fabrikam.example', ['<sip:carol@litware.example>']],
    ['sip:room@fabrikam.example', ['<sip:carol@bank.example>']],
    ['sip:room@fabrikam.example', ['<sip:carol@hr.fabrikam.example>']],
    ['sip:room@bank.example', ['<sip:carol@fabrikam.example>']],
    ['sip:room@contoso.example', ['<sip:ceo@contoso.example>']],
    ['tel:+15550100', ['<sip:carol@fabrikam.example>']],
    ['sip:room@fabrikam.example', ['<tel:+15550100>']],
    ['sip:room@fabrikam.example', ['carol']],
    ['sip:room@fabrikam.example', ['<sip:carol@fabrikam.example>', '<sip:ceo@contoso.example>']],
    ['sip:room@fabrikam.example', ['<sip:carol@fabrikam.example>, <sip:ceo@contoso.example>']],
  ])('does not go on from %s, whatever an edge has let in: %j', (from, authors) => {
    expect(authorsAfter(from, ...authors)).toEqual([]);
  });
});
