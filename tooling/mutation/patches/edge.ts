import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'edge',
  list: [
    {
      name: 'dialog-from-outside',
      off: 'outsiders send in a dialog without the route that was sealed for them',
      file: 'packages/edge/src/',
      find: "return request.method === 'ACK' || (request.to.tag !== undefined && request.method !== 'REGISTER');",
      replace: "return request.method === '';",
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: 'names no dialog: with a tag in To and without our entry it is refused, and an ACK too',
      },
    },
    {
      name: 'registered-connection',
      off: 'a route sealed for one client serves over the connection of another',
      file: 'packages/edge/src/',
      find: "if (!isOn(user, device, flow) && (user === '' || isUsed(flow)))",
      replace: "if (user === '')",
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: 'leads no client in but the user whose device is registered over its connection',
      },
    },
    {
      name: 'past-directors',
      off: 'an edge hands outsiders to front ends although directors stand',
      file: 'packages/edge/src/',
      find: 'if (director !== undefined && directors !== undefined)',
      replace: 'if (director === undefined && directors !== undefined)',
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: "nothing from outside reaches a front end past them: 'client'",
      },
    },
    {
      name: 'register-along-a-route',
      off: 'a client registers the device of another user with the other end of a dialog',
      file: 'packages/edge/src/',
      find: `if (request.method === 'REGISTER') return refuse(registerInDialog());
  const { device, user, via }`,
      replace: 'const { device, user, via }',
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: 'carries no REGISTER: who is at its end would answer in the place of a registrar',
      },
    },
    {
      name: 'route-inside',
      off: 'a partner may route requests to servers of ours',
      file: 'packages/edge/src/',
      find: "return next === undefined ? undefined : relay('Route', next.kind === 'sip' ? next.host : next.scheme);",
      replace: "return next?.kind !== 'sip' ? undefined : { kind: 'inside', server: next.host };",
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: 'goes to a home, and along no Route that they have written',
      },
    },
    {
      name: 'guessed-contact',
      off: 'in a dialog an outsider may address any server inside whose name it guesses',
      file: 'packages/edge/src/',
      find: "if (isUriRevealed !== true && uri.kind === 'sip' && mayBeInsideName(topology, uri.host))",
      replace: "if (isUriRevealed === undefined && uri.kind === 'sip')",
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: 'refuses a Request-URI that names a server inside and is no Contact that we have sealed',
      },
    },
    {
      name: 'partner-list',
      off: 'a peer with any valid certificate is accepted as a partner',
      file: 'packages/edge/src/',
      find: 'const allowPartner = member.whileConfirmed(authorisePartner(topology, fqdn));',
      replace:
        "const allowPartner: ReturnType<typeof authorisePartner> = () => ({ ok: true, server: 'anybody', role: 'partner', row: links.federation.row });",
      test: {
        file: 'packages/testkit/test/federation.test.ts',
        title:
          'refuses at the edge: a domain that is not listed as a partner connects with a valid certificate: partner-not-allowed',
      },
    },
    {
      name: 'asserted-number',
      off: 'a partner may assert any telephone number',
      file: 'packages/edge/src/',
      find: 'else setIdentities(editor, assertableIdentities(request));',
      replace: '',
      test: {
        file: 'packages/edge/src/edge.test.ts',
        title: 'comes in from a partner where it is an address of his domain, and not where it is a number',
      },
    },
    {
      name: 'offers-across-the-federation',
      off: 'a partner is offered media in clear',
      file: 'packages/edge/src/',
      find: "const refused = mediaRefusal(request, 'federationSrtp', agent);",
      replace: 'const refused = undefined as ReturnType<typeof mediaRefusal>;',
      test: {
        file: 'packages/edge/test/media.test.ts',
        title: 'an offer in clear is refused with 488, in either direction, and crosses nowhere',
      },
    },
    {
      name: 'way-of-the-client',
      off: 'a client may use the way that was sealed for a partner',
      file: 'packages/edge/src/',
      find: "if (via !== '') return relay('Route', 'a route sealed for a partner');",
      replace: "if (via !== '') return home(addressOf(request.from.uri), topology);",
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title:
          'leads nobody in but whom it was sealed for: no partner by that of another or of a client, no client by that of a partner',
      },
    },
    {
      name: 'partner-at-inside-address',
      off: 'the DNS of a partner leads an edge to whatever listens inside',
      file: 'packages/edge/src/',
      find: 'written === undefined ? isPublicAddress(address) :',
      replace: 'written === undefined ? address !== undefined || isPublicAddress(address) :',
      test: {
        file: 'packages/edge/test/dial-partner.test.ts',
        title:
          'is dialled at no address inside that DNS names, unless the operator has named the host or pinned it',
      },
    },
    {
      name: 'list-before',
      off: 'the list of the issuing authority before is gone outside as soon as our certificate is by the next one',
      file: 'packages/edge/src/',
      find: 'if (isOurs && !byId.has(id) && listOf(authority) !== undefined) byId.set(id, authority);',
      replace: "if (isOurs && id === '') byId.set(id, authority);",
      test: {
        file: 'packages/edge/src/publication/mirrored-objects.test.ts',
        title:
          'serves the list of an issuing authority after our own certificate is by the next one, while it has a list',
      },
    },
  ],
};
