import type { MutationPatch, PatchList } from '../patch.ts';

const namesOfOurs = 'packages/federation/src/names-of-ours.ts';

const test = (title: string): MutationPatch['test'] => ({
  file: 'packages/federation/test/federation.test.ts',
  title,
});

const reachesBeyond = 'packages/federation/src/reaches-beyond.ts';

const reaching = (title: string): MutationPatch['test'] => ({
  file: 'packages/federation/test/reaches-beyond.test.ts',
  title,
});

const brought = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/brought-senders.test.ts',
  title,
});

/** No user of a partner shows as one of ours. */
export const patches: PatchList = {
  name: 'names-of-ours',
  list: [
    {
      name: 'user-named-as-ours',
      off: 'a partner sends as a user of ours, in the name of its own',
      file: 'packages/federation/src/message-authority.ts',
      find: "if (uri.kind !== 'sip' || !showsAsOurs(uri, topology)) return undefined;",
      replace: 'if (domain !== undefined) return undefined;',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%40contoso.example@fabrikam.example',
      ),
    },
    {
      name: 'user-in-a-context-of-ours',
      off: 'the same by a parameter of the name',
      file: namesOfOurs,
      find: '(?:[@;:=]|',
      replace: '(?:[@]|',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob;phone-context=contoso.example@fabrikam.example',
      ),
    },
    {
      name: 'escaped-once-more',
      off: 'the same behind an @ that is escaped twice',
      file: namesOfOurs,
      find: '|%(?:25)*(?:40|3[abd]))[^',
      replace: ')[^',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%252540contoso.example@fabrikam.example',
      ),
    },
    {
      name: 'quoted-places',
      off: 'the same with quotes, brackets or blanks around the domain',
      file: namesOfOurs,
      find: '[^@;:=\\p{L}\\p{Nd}]*(',
      replace: '\\s*(',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%40%E2%A0%80contoso.example@fabrikam.example',
      ),
    },
    {
      name: 'cut-off-names',
      off: 'the same with an ellipsis behind it, as a display that cuts it off shows it',
      file: namesOfOurs,
      find: '(?:[\\p{L}\\p{M}\\p{Nd}._-]*[\\p{L}\\p{M}\\p{Nd}])?)/gu;',
      replace: '[\\p{L}\\p{M}\\p{Nd}._-]*)/gu;',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%40contoso.example%E2%80%A6@fabrikam.example',
      ),
    },
    {
      name: 'narrow-blanks',
      off: 'the same with a blank in the domain that is hardly seen',
      file: namesOfOurs,
      find: "user.replace(narrow, '').normalize('NFKC')",
      replace: "user.normalize(narrow.source === '' ? 'NFC' : 'NFKC')",
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%40contoso%E2%80%8A.example@fabrikam.example',
      ),
    },
    {
      name: 'names-over-addresses',
      off: 'the name for display of a partner’s user has the address behind it shown backwards',
      file: 'packages/federation/src/message-authority.ts',
      find: 'if (reachesBeyond(displayName)) return disturbs(header, domain);',
      replace: "if (displayName === '\\0') return disturbs(header, domain);",
      test: test(
        'refuses a user of the partner whose name for display has the address behind it shown backwards',
      ),
    },
    {
      name: 'open-directions',
      off: 'the same where one of two changes of direction has not ended',
      file: reachesBeyond,
      find: 'if (open.at(-1) === false) open.pop();',
      replace: 'if (open.at(-1) === false) open.length = 0;',
      test: reaching('a name reaches beyond its end where it ends one of two'),
    },
    {
      name: 'ends-of-isolates',
      off: 'an end of an embedding counts for the isolate around it',
      file: reachesBeyond,
      find: 'if (open.at(-1) === false) open.pop();',
      replace: 'open.pop();',
      test: reaching('a name reaches beyond its end where it ends an isolate as if it were an embedding'),
    },
    {
      name: 'names-that-end-lines',
      off: 'a partner’s user has the line end behind the name for display',
      file: reachesBeyond,
      find: 'if (breaking.test(text)) return true;',
      replace: '',
      test: reaching('a name reaches beyond its end where it ends a line'),
    },
    {
      name: 'claims-shown-backwards',
      off: 'a partner names who has transferred a call by an address that is shown backwards',
      file: 'packages/sip-relay/src/claims/claims-of-outsiders.ts',
      find: 'return parsed.ok && !reachesBeyond(parsed.value.displayName) && accepts(parsed.value.uri);',
      replace: 'return parsed.ok && accepts(parsed.value.uri);',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is taken off where it is an address that is shown backwards behind the name',
      },
    },
    {
      name: 'authors-shown-backwards',
      off: 'a room of a partner names an author whose address is shown backwards',
      file: 'packages/sip-relay/src/admission/author.ts',
      find: "uri.kind === 'sip' && !reachesBeyond(displayName)",
      replace: "uri.kind === 'sip' && displayName !== '\\0'",
      test: {
        file: 'packages/edge/src/authors-of-partners.test.ts',
        title: 'stays outside where it is shown backwards behind its name, and the message comes in',
      },
    },
    {
      name: 'password-of-a-name',
      off: 'the same behind a colon, as a password',
      file: namesOfOurs,
      find: 'return password === undefined ? user :',
      replace: "return password === '' ? user : password !== undefined ? user :",
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob:x%40contoso.example@fabrikam.example',
      ),
    },
    {
      name: 'unseen-characters',
      off: 'the same with characters between that nobody sees',
      file: namesOfOurs,
      find: ".replace(unseen, '')",
      replace: '',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%40%E2%80%8Bcon%E2%80%8Btoso.example@fabrikam.example',
      ),
    },
    {
      name: 'turned-names',
      off: 'the same written backwards, by a character that turns the order of what is shown',
      file: namesOfOurs,
      find: 'if (turning.test(user)) return true;',
      replace: '',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:%E2%80%AEelpmaxe.osotnoc%40bob@fabrikam.example',
      ),
    },
    {
      name: 'control-characters',
      off: 'the same with a control character between',
      file: namesOfOurs,
      find: '\\p{Cc}\\p{Cf}]/gu',
      replace: '\\p{Cf}]/gu',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%40con%01toso.example@fabrikam.example',
      ),
    },
    {
      name: 'ideographic-dots',
      off: 'the same with another character for the dot',
      file: namesOfOurs,
      find: ".replace(ideographicDot, '.')",
      replace: '',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob%40contoso%E3%80%82example@fabrikam.example',
      ),
    },
    {
      name: 'internationalised-names',
      off: 'the same with a domain of ours in letters that DNS does not have',
      file: namesOfOurs,
      find: 'if (isHostOfOurs(inDns(host), topology)) return true;',
      replace: 'if (isHostOfOurs(host, topology)) return true;',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours, in letters that DNS does not have',
      ),
    },
    {
      name: 'brought-as-one-of-ours',
      off: 'a partner names its user as a user of ours, at an edge that does not ask',
      file: 'packages/sip-relay/src/admission/brought-sender.ts',
      find: 'if (!showsAsOurs(uri, known.topology)) return refuseOurNumber(uri, known);',
      replace: "if (uri.kind === 'sip') return refuseOurNumber(uri, known);",
      test: brought(
        'brings no partner’s user whose name shows as an address of ours: sip:bob%40contoso.example@fabrikam.example',
      ),
    },
    {
      name: 'fields-in-addresses',
      off: 'a partner’s user has an address with header fields, which a call back takes',
      file: 'packages/federation/src/message-authority.ts',
      find: "if (uri.kind === 'sip' && uri.rawHeaders !== undefined) return bringsFields(header, domain);",
      replace: 'void bringsFields;',
      test: test(
        'refuses a user of the partner whose address has header fields: a call back would take them (RFC 3261 §19.1.1)',
      ),
    },
  ],
};
