import type { MutationPatch, PatchList } from '../patch.ts';

const brought = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/brought-senders.test.ts',
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
const numbers = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/numbers-of-partners.test.ts',
  title,
});
const disguisedNumber = 'packages/sip-relay/src/numbering/disguised-number.ts';
const inContext = 'packages/sip-relay/src/numbering/number-in-context.ts';
const believedAnswer = 'packages/sip-relay/src/admission/believed-answer.ts';

/** That nobody passes for a user of ours by the number of one, however it is written. */
export const patches: PatchList = {
  name: 'disguised-numbers',
  list: [
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
    {
      name: 'user-called-as-number',
      off: 'a call to a user whose address is digits leaves the organisation',
      file: 'packages/front-end/src/dialled-as-user.ts',
      find: 'if (isSomebody(uri, accounts, topology)) return routes;',
      replace: '',
      test: {
        file: 'packages/front-end/src/telephone-numbers.test.ts',
        title: 'without a mark is a user where an account, or the topology, has that address',
      },
    },
    {
      name: 'number-nobody-asked-about',
      off: 'a number that another front end has taken for a user is called though nobody has asked for the right',
      file: 'packages/front-end/src/dialled-as-user.ts',
      find: 'isAsked(sender, topology) || ',
      replace: '',
      test: {
        file: 'packages/front-end/src/telephone-numbers.test.ts',
        title:
          'without a mark that another front end brings stays what that one has taken it for: it has asked for no right to call',
      },
    },
    {
      name: 'number-of-partner',
      off: 'a number that a partner writes as a user is looked for in the telephone network',
      file: 'packages/front-end/src/dialled-as-user.ts',
      find: "(sender.arrival.kind !== 'partner' && hasMediation(topology))",
      replace: 'hasMediation(topology)',
      test: {
        file: 'packages/front-end/src/telephone-numbers.test.ts',
        title:
          'without a mark that is of a user goes to the user, from a partner too, who reaches no other number',
      },
    },
  ],
};
