import type { MutationPatch, PatchList } from '../patch.ts';

const namesOfOurs = 'packages/federation/src/names-of-ours.ts';

const test = (title: string): MutationPatch['test'] => ({
  file: 'packages/federation/test/federation.test.ts',
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
      find: '/[@;:=]\\s*(',
      replace: '/[@]\\s*(',
      test: test(
        'refuses a user of the partner whose name shows as an address of ours: sip:bob;phone-context=contoso.example@fabrikam.example',
      ),
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
  ],
};
