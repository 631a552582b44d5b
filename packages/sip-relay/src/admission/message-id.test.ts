import { edit, type HeaderFields } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { vouchFor } from './register-hops.ts';
import type { Sender } from './sender.ts';

const topology = sampleTopology({
  servers: [sampleFrontEnd, { fqdn: 'chat.contoso.example', role: 'trusted-application' }],
  partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
  users: { 'lobby@contoso.example': 'chat.contoso.example' },
});
const server = { fqdn: 'fe1.contoso.example', topology: () => topology };
const sender = (more: Partial<Sender>): Sender => ({
  arrival: { kind: 'client' },
  identity: { ok: true, asserted: undefined, values: [] },
  isInsider: false,
  origin: {
    id: 1,
    server: undefined,
    isClosed: false,
    users: new Map(),
    link: links.edgeToFrontEnd,
    protection: {},
  },
  flow: '',
  provenBy: undefined,
  ...more,
});
const user = sender({});
const partner = sender({ arrival: { kind: 'partner', name: 'edge1.contoso.example' } });
const room = sender({
  arrival: { kind: 'server', name: 'chat.contoso.example' },
  isInsider: true,
  isForItself: true,
});

/** Whether the id of a delivery goes on. */
function goesOn(
  by: Sender,
  to: string,
  more: { readonly to?: string; readonly headers?: HeaderFields } = {},
) {
  const request = requestBetween('sip:room@fabrikam.example', to, {
    method: 'MESSAGE',
    ...more,
    headers: { 'Entente-Message-Id': '1', ...(more.headers as object) },
  });
  const editor = edit(request);
  vouchFor(editor, request, by, server);
  return editor.toMessage().has('Entente-Message-Id');
}

describe('the id of what a room delivers', () => {
  it('goes on to a user from a room of ours alone: another one with the same id would be taken for the same message', () => {
    expect([user, partner, room].map((by) => goesOn(by, 'sip:bob@contoso.example'))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it.each(['sip:lobby@contoso.example', 'sip:any@chat.contoso.example'])(
    'goes on to a room, which refuses what a room has delivered, so that two rooms do not write to each other: %s',
    (to) => {
      expect([partner, user].map((by) => goesOn(by, to))).toEqual([true, true]);
    },
  );

  it('goes on to nobody by a route, or in a dialog, whatever the Request-URI is: these may lead to a user', () => {
    const lobby = 'sip:lobby@contoso.example';
    expect(goesOn(partner, lobby, { headers: { Route: '<sip:fe1.contoso.example;lr>' } })).toBe(false);
    expect(goesOn(partner, lobby, { to: `<${lobby}>;tag=1` })).toBe(false);
  });
});
