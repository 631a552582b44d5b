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
      find: "if (uri.kind !== 'sip' || !showsAsOurs(uri.user ?? '', topology)) return undefined;",
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
      name: 'brought-as-one-of-ours',
      off: 'a partner names its user as a user of ours, at an edge that does not ask',
      file: 'packages/sip-relay/src/admission/brought-sender.ts',
      find: "if (!showsAsOurs(uri.user ?? '', known.topology)) return refuseOurNumber(uri, known);",
      replace: "if (uri.kind === 'sip') return refuseOurNumber(uri, known);",
      test: brought(
        'brings no partner’s user whose name shows as an address of ours: sip:bob%40contoso.example@fabrikam.example',
      ),
    },
  ],
};
