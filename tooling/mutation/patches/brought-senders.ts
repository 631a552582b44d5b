import type { MutationPatch, PatchList } from '../patch.ts';

const brought = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/brought-senders.test.ts',
  title,
});
const inDialogs = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/brought-in-dialogs.test.ts',
  title,
});
const spoofed = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/spoofed-in-calls.test.ts',
  title,
});
const broughtSender = 'packages/sip-relay/src/admission/brought-sender.ts';

/** That a server that brings requests of others brings those alone whom it can have. */
export const patches: PatchList = {
  name: 'brought-senders',
  list: [
    {
      name: 'brought-by-mediation',
      off: 'a front end believes a mediation server about any caller',
      file: broughtSender,
      find: "if (role === 'mediation') return refuseFromTelephones(request, known);",
      replace: '',
      test: brought('brings no call of one who has an address: sip:eve@fabrikam.example'),
    },
    {
      name: 'brought-methods',
      off: 'a mediation server begins what is not a call',
      file: broughtSender,
      find: "return method === 'INVITE' ? refuseCaller(uri, known) : callsOnly(method);",
      replace: 'return refuseCaller(uri, known);',
      test: brought('begins nothing but calls: REFER'),
    },
    {
      name: 'brought-register',
      off: 'a mediation server sends a REGISTER that has a tag in To',
      file: broughtSender,
      find: "if (request.to.tag !== undefined && request.method !== 'REGISTER') return undefined;",
      replace: 'if (request.to.tag !== undefined) return undefined;',
      test: brought('begins nothing but calls, whatever tag To has: REGISTER'),
    },
    {
      name: 'brought-number',
      off: 'a front end does not compare a caller from the telephone network with its users',
      file: 'packages/front-end/src/front-end.ts',
      find: '(options.accounts?.known.withNumber(number).length ?? 0) > 0;',
      replace: "number === '';",
      test: brought('brings no call of a number that a user has: tel:+49-30-1001'),
    },
    {
      name: 'brought-by-an-edge',
      off: 'a front end believes an edge whatever domain sends',
      file: broughtSender,
      find: "return role === 'edge' ? refuseFromOutside(request, known) : undefined;",
      replace: 'return undefined;',
      test: brought('brings nothing of a domain that is not a partner’s: sip:ceo@bank.example'),
    },
    {
      name: 'brought-blocked',
      off: 'a front end believes an edge about a domain that is blocked',
      file: broughtSender,
      find: 'policies.federation.discovery : !isBlocked)',
      replace: 'policies.federation.discovery : true)',
      test: brought('brings nothing of a domain that is not a partner’s: sip:eve@spam.example'),
    },
    {
      name: 'brought-in-dialogs',
      off: 'who has begun a call speaks in it as anybody',
      file: broughtSender,
      find: 'if (dialog !== undefined) return refuseInDialog(request, role, dialog, known);',
      replace: 'if (dialog !== undefined) return undefined;',
      test: inDialogs('is no user of ours in it: of a partner'),
    },
    {
      name: 'brought-in-dialogs-by-mediation',
      off: 'a mediation server speaks in a call as anybody outside',
      file: broughtSender,
      find: "if (role === 'mediation') return refuseCaller(uri, known);",
      replace: '',
      test: inDialogs(
        'over a gateway is no number of ours in it, and nobody with an address: sip:eve@fabrikam.example',
      ),
    },
    {
      name: 'brought-in-dialogs-as-ours',
      off: 'a server that is not believed speaks in a call as a user of ours',
      file: broughtSender,
      find: "if (uri.kind !== 'sip' || known.topology.isOurDomain(uri.host)) return unproven(uri);",
      replace: "if (uri.kind !== 'sip') return unproven(uri);",
      test: inDialogs('is no user of ours in it: behind a server that is not believed'),
    },
    {
      name: 'brought-in-dialogs-by-an-edge',
      off: 'an edge speaks in a dialog for any domain',
      file: broughtSender,
      find: "return role === 'edge' ? refuseOutsider(uri, known) : undefined;",
      replace: 'return undefined;',
      test: inDialogs(
        'at a partner is no number of ours in it, and of no domain that is not a partner’s: sip:ceo@bank.example',
      ),
    },
    {
      name: 'called-by-an-address-of-ours',
      off: 'a partner that was called by an address of ours cannot speak in the call',
      file: broughtSender,
      find: "if (sender === 'called' || ",
      replace: 'if (',
      test: inDialogs('speaks as the address that was called, be it one of ours'),
    },
    {
      name: 'ends-of-calls',
      off: 'a caller whose number a user has got since cannot end the call',
      file: broughtSender,
      find: " || method === 'BYE') return undefined;",
      replace: " || method === 'X') return undefined;",
      test: inDialogs('ends the call whatever has become of the number since'),
    },
    {
      name: 'spoofed-in-a-call',
      off: 'a gateway speaks in a call that it has begun as anybody',
      file: 'packages/mediation/src/along-dialog.ts',
      find: 'if (spoofed !== undefined) return refuse(spoofed);',
      replace: '',
      test: spoofed('that it has begun speaks as a number outside, and as no user of ours'),
    },
    {
      name: 'called-gateway',
      off: 'a gateway that was called cannot speak in the call',
      file: 'packages/mediation/src/along-dialog.ts',
      find: "if (sender === 'called' || request.method === 'ACK'",
      replace: "if (request.method === 'ACK'",
      test: spoofed(
        'that was called speaks as the address that was called, be it at our domain, and as no other: sip:112@contoso.example',
      ),
    },
    {
      name: 'author-of-a-gateway',
      off: 'a gateway says which user has written',
      file: 'packages/mediation/src/numbers/caller.ts',
      find: "  'Entente-Author',\n",
      replace: '',
      test: spoofed('does not come in from a gateway, in a request or an answer'),
    },
  ],
};
