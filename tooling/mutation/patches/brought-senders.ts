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
const disguised = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/numbering/disguised-number.test.ts',
  title,
});
const contexts = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/numbering/number-in-context.test.ts',
  title,
});
const answers = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/believed-answers.test.ts',
  title,
});
const numbers = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/numbers-of-partners.test.ts',
  title,
});
const broughtSender = 'packages/sip-relay/src/admission/brought-sender.ts';
const disguisedNumber = 'packages/sip-relay/src/numbering/disguised-number.ts';
const inContext = 'packages/sip-relay/src/numbering/number-in-context.ts';
const believedAnswer = 'packages/sip-relay/src/admission/believed-answer.ts';

/** That a server that brings requests and answers of others brings those alone whom it can have. */
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
      name: 'brought-number-of-ours',
      off: 'a partner names its user as the number of a user of ours',
      file: disguisedNumber,
      find: "return isNumberOfOurs(found.number, isNumberOfUser) ? 'ours' : undefined;",
      replace: 'return undefined;',
      test: brought(
        'brings no partner’s user who is named as the number of one of ours: sip:+49-30-1001@fabrikam.example',
      ),
    },
    {
      name: 'number-in-disguise',
      off: 'a partner names its user as a number that telephones read and we do not',
      file: disguisedNumber,
      find: "if (found?.ok !== true) return 'unreadable';",
      replace: 'if (found?.ok !== true) return undefined;',
      test: brought(
        'brings no partner’s user whose name looks like a number and cannot be compared as it is: sip:+49301001%20@fabrikam.example',
      ),
    },
    {
      name: 'number-in-other-characters',
      off: 'a partner names its user as a number in full-width characters',
      file: disguisedNumber,
      find: "const text = name.normalize('NFKC');",
      replace: 'const text = name;',
      test: disguised('looks like a number, and is compared with none: %EF%BC%8B49301000'),
    },
    {
      name: 'number-in-other-digits',
      off: 'a partner names its user as a number in digits of another script',
      file: disguisedNumber,
      find: "return /(?![0-9])\\p{Nd}/u.test(text) && !/\\p{L}/u.test(text) ? 'unreadable' : undefined;",
      replace: 'return undefined;',
      test: disguised(
        'looks like a number, and is compared with none: %D9%A4%D9%A9%D9%A3%D9%A0%D9%A1%D9%A0%D9%A0%D9%A0',
      ),
    },
    {
      name: 'number-without-plus',
      off: 'a partner names its user as the number of a user of ours without the +',
      file: disguisedNumber,
      find: "if (isOurs) return 'ours';",
      replace: '',
      test: disguised('is the number of a user of ours: 49301000'),
    },
    {
      name: 'number-in-a-context',
      off: 'a partner names its user as a local number, in a context that makes it the one of a user of ours',
      file: 'packages/sip-relay/src/numbering/user-part.ts',
      find: 'readInContext(user, topology, isNumberOfUser) ??',
      replace: '',
      test: brought(
        'brings no partner’s user who is named as the number of one of ours: sip:1001;phone-context=+4930@fabrikam.example;user=phone',
      ),
    },
    {
      name: 'number-at-two-places',
      off: 'a partner names its user as a number of hundreds of contexts, each of which is joined with it and compared',
      file: inContext,
      find: "if (contexts.length > 1) return 'unreadable';",
      replace: '',
      test: contexts('is compared with none where it counts at two places, none of which makes it ours'),
    },
    {
      name: 'number-of-any-length',
      off: 'a partner names its user as thousands of digits, all of which are read',
      file: inContext,
      find: 'if (user.length > (isAscii(user) ? mostOfUser : mostOfName))',
      replace: 'if (user.length < 0)',
      test: contexts('is compared with none where it is longer than numbers are'),
    },
    {
      name: 'long-name-of-digits',
      off: 'a partner names its user as a number with more between its digits than is read',
      file: 'packages/sip-relay/src/numbering/long-name.ts',
      find: 'return /[A-Za-z]/.test(beginning) && !looksGlobal(beginning);',
      replace: 'return !looksGlobal(beginning);',
      test: disguised('is compared with no number where it has digits alone'),
    },
    {
      name: 'number-as-we-dial-it',
      off: 'a partner names its user as the number of a user of ours, with what our users dial for the +',
      file: disguisedNumber,
      find: '...dialled.map(({ strip = 0 }) => digits.slice(Math.max(0, strip)))',
      replace: '',
      test: disguised('is the number of a user of ours: 01149301000'),
    },
    {
      name: 'number-with-a-zero',
      off: 'a partner or a gateway names somebody as the number of a user of ours with the 0 that is dialled at home',
      file: disguisedNumber,
      find: "return number[code.length] === '0' && isNumberOfUser(code + number.slice(code.length + 1));",
      replace: 'return false;',
      test: brought('brings no call of a number that a user has: sip:+49(0)301001@gw1.contoso.example'),
    },
    {
      name: 'names-are-no-numbers',
      off: 'a partner’s user whose name has digits is refused',
      file: disguisedNumber,
      find: 'if (/[A-Za-z]/.test(text)) return undefined;',
      replace: '',
      test: disguised('is a name, or a number of others: alice+49301000'),
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
    {
      name: 'identity-in-the-answer-of-a-gateway',
      off: 'a gateway says in an answer who was reached',
      file: 'packages/mediation/src/numbers/caller.ts',
      find: '[asserted, ...fieldsOfNoGateway] as const',
      replace: 'fieldsOfNoGateway',
      test: spoofed('does not come in from a gateway, in a request or an answer'),
    },
    {
      name: 'answer-of-a-partner-at-mediation',
      off: 'an edge says over a mediation server who answers at a partner',
      file: 'packages/mediation/src/forwarding.ts',
      find: 'if (!this.#isGateway(server)) return believedAnswer(response, () => server, topology, isNumberOfUser);',
      replace: 'if (!this.#isGateway(server)) return response;',
      test: spoofed('does not come in with the answer of a partner'),
    },
    {
      name: 'director-numbers',
      off: 'a partner names its user as the number of a user of ours, over a director',
      file: 'packages/director/src/director.ts',
      find: '(options.accounts?.known.withNumber(number).length ?? 0) > 0;',
      replace: "number === '';",
      test: {
        file: 'packages/director/test/director.test.ts',
        title:
          'is one that the topology lists, and none of its users is a number of ours (identity-not-authorised): sip:+49301001@fabrikam.example;user=phone',
      },
    },
    {
      name: 'answers-of-servers',
      off: 'a front end believes whatever server brings an answer',
      file: believedAnswer,
      find: 'if (isBelieved && !isApplication) return response;',
      replace: "if (server !== '') return response;",
      test: answers('of the telephone network says whom the call was for before, and of nobody who that is'),
    },
    {
      name: 'answers-of-applications',
      off: 'an application says in an answer which user has answered',
      file: believedAnswer,
      find: 'return address !== undefined && isOwnAddress(topology, server, address);',
      replace: 'return address !== undefined;',
      test: answers('names no user, nor anybody else'),
    },
    {
      name: 'answers-of-devices',
      off: 'a telephone says in an answer for whom the call was before',
      file: believedAnswer,
      find: 'if (server === undefined) return withoutFields(response, claimsOfEnds);',
      replace: 'if (server === undefined) return withoutFields(response, claims);',
      test: answers('of a telephone says of nobody who that is: 180'),
    },
    {
      name: 'answers-that-explain',
      off: 'who has accepted a call says in the name of a server why it was refused',
      file: believedAnswer,
      find: 'if (response.status < 300) return false;',
      replace: '',
      test: answers('of a partner says whom the call was for before, and of nobody who that is'),
    },
    {
      name: 'answers-in-another-name',
      off: 'an application explains in the name of another server',
      file: believedAnswer,
      find: 'server === undefined || response.all(diagnostics).every(',
      replace: "server !== '' || response.all(diagnostics).every(",
      test: answers('says why the application has refused, and nothing in the name of another server'),
    },
    {
      name: 'later-answers',
      off: 'a second device that accepts a call says who it is',
      file: 'packages/front-end/src/forwarding.ts',
      find: 'return believed(response, this.#target, this.#options);',
      replace: 'return response;',
      test: answers('of a telephone says of nobody who that is: 200'),
    },
    {
      name: 'answers-at-a-director',
      off: 'a director hands on who an edge says has answered',
      file: 'packages/director/src/forwarding.ts',
      find: 'return believedAnswer(response, () => server, topology(), isNumberOfUser);',
      replace:
        'return server === undefined ? believedAnswer(response, () => server, topology(), isNumberOfUser) : response;',
      test: {
        file: 'packages/director/test/director.test.ts',
        title:
          'of an edge says of nobody who that is, and that of a front end does: front ends believe what comes from here',
      },
    },
    {
      name: 'answers-of-devices-outside',
      off: 'a telephone outside says in an answer for whom the call was before',
      file: 'packages/edge/src/forwarding.ts',
      find: "return this.#forwarded.route.kind === 'device'",
      replace: "return this.#forwarded.route.kind === 'inside'",
      test: {
        file: 'packages/edge/src/edge.test.ts',
        title:
          'is stripped from the response of a device: whom the call was for before, and whose message it is, too',
      },
    },
    {
      name: 'numbers-in-claims',
      off: 'a partner names a user of ours by the number, at a domain of its own',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: 'changeFields(editor, numbersInClaims(request, topology, isNumberOfUser));',
      replace: 'numbersInClaims(request, topology, isNumberOfUser);',
      test: numbers('is named by no request of a partner: Referred-By'),
    },
    {
      name: 'numbers-in-answers',
      off: 'the same in an answer',
      file: believedAnswer,
      find: 'isEdge ? withoutNumbers(believed, topology, isNumberOfUser) : believed',
      replace: 'isEdge ? believed : withoutNumbers(believed, topology, isNumberOfUser)',
      test: numbers('is named by no answer of a partner, in which the others stay: 200'),
    },
    {
      name: 'numbers-past-directors',
      off: 'a director hands on an answer of a partner that names a user of ours by the number',
      file: 'packages/director/src/forwarding.ts',
      find: 'return believedAnswer(response, () => server, topology(), isNumberOfUser);',
      replace:
        'return believedAnswer(response, () => server, topology(), () => isNumberOfUser === undefined);',
      test: {
        file: 'packages/director/test/director.test.ts',
        title: 'names nobody of ours by number at a domain of its own: neither in a request nor in an answer',
      },
    },
  ],
};
