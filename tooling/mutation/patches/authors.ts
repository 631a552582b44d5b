import type { MutationPatch, PatchList } from '../patch.ts';

const messageIds = 'packages/sip-relay/src/admission/message-id.ts';
const messageId = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/admission/message-id.test.ts',
  title,
});

/** Who the author of a message is, and which message of a room it is: nobody says so but those who know. */
export const patches: PatchList = {
  name: 'authors',
  list: [
    {
      name: 'author-of-a-user',
      off: 'a user writes who the author is, as a room does',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: 'if (sender.isForItself !== true) keepAuthor(editor, request);',
      replace: '',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title:
          'does not travel on from a user, at a client or an edge, as the author or with the id that a room writes; an application’s does',
      },
    },
    {
      name: 'message-id-of-a-user',
      off: 'a user has a program of another miss what a room delivers, by a message with its id',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: 'if (sender.isForItself !== true) keepMessageId(editor, request, server.topology());',
      replace: '',
      test: messageId(
        'goes on to a user from a room of ours alone: another one with the same id would be taken for the same message',
      ),
    },
    {
      name: 'message-id-for-a-room',
      off: 'a room does not know what a room of a partner has delivered, and both write for ever',
      file: messageIds,
      find: ' && !isForApplication(request, topology)',
      replace: '',
      test: messageId(
        'goes on to a room, which refuses what a room has delivered, so that two rooms do not write to each other: sip:lobby@contoso.example',
      ),
    },
    {
      name: 'message-id-by-a-route',
      off: 'a partner writes the id to a user, along a route, with the address of a room as Request-URI',
      file: messageIds,
      find: "if (request.to.tag !== undefined || request.has('Route')) return false;",
      replace: '',
      test: messageId(
        'goes on to nobody by a route, or in a dialog, whatever the Request-URI is: these may lead to a user',
      ),
    },
    {
      name: 'message-id-in-an-answer',
      off: 'the answer of anybody says which message of a room has been taken',
      file: 'packages/sip-relay/src/admission/believed-answer.ts',
      find: "'P-Preferred-Identity', authorField, messageIdField] as const",
      replace: "'P-Preferred-Identity', authorField] as const",
      test: {
        file: 'packages/front-end/src/believed-answers.test.ts',
        title: 'of a telephone says of nobody who that is: 200',
      },
    },
    {
      name: 'history-of-a-user',
      off: 'a user says in a field of single networks who has asked for the call',
      file: 'packages/sip-relay/src/naming-fields.ts',
      find: "  'CC-Redirect',\n  'Requested-By',\n  'P-Charge-Info',\n  'Additional-Identity',\n",
      replace: "  'CC-Redirect',\n  'P-Charge-Info',\n  'Additional-Identity',\n",
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title: 'does not travel on from a client as Requested-By, which telephones show, or servers go by',
      },
    },
    {
      name: 'author-of-another-domain',
      off: 'an edge that was taken over names any user as the author of what a partner’s room delivers',
      file: 'packages/sip-relay/src/admission/author.ts',
      find: '!isOfSamePartner(topology, from, author.host.toLowerCase()) || ',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/admission/author.test.ts',
        title:
          'does not go on from sip:room@fabrikam.example, whatever an edge has let in: ["<sip:carol@litware.example>"]',
      },
    },
    {
      name: 'author-of-ours-outside',
      off: 'a sender outside names a user of ours as the author where it writes our domain into From',
      file: 'packages/sip-relay/src/admission/author.ts',
      find: 'if (topology.isOurDomain(domain)) return false;',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/admission/author.test.ts',
        title:
          'does not go on from sip:room@contoso.example, whatever an edge has let in: ["<sip:ceo@contoso.example>"]',
      },
    },
    {
      name: 'author-named-as-ours',
      off: 'an edge that was taken over names a user of ours as the author, in the name of a partner’s user',
      file: 'packages/sip-relay/src/admission/author.ts',
      find: ' || showsAsOurs(author, topology))',
      replace: ')',
      test: {
        file: 'packages/sip-relay/src/admission/author.test.ts',
        title:
          'does not go on from sip:room@fabrikam.example, whatever an edge has let in: ["<sip:ceo%40contoso.example@fabrikam.example>"]',
      },
    },
    {
      name: 'author-with-our-number',
      off: 'a partner names as the author whom telephones show as a user of ours, by the number',
      file: 'packages/sip-relay/src/admission/author.ts',
      find: "return readUserPart(author.user ?? '', topology, isNumberOfUser) === undefined;",
      replace: "return readUserPart(author.user ?? '', topology, () => false) === undefined;",
      test: {
        file: 'packages/sip-relay/src/admission/author.test.ts',
        title:
          'does not go on from sip:room@fabrikam.example, whatever an edge has let in: ["<sip:+49301002@fabrikam.example>"]',
      },
    },
    {
      name: 'one-author',
      off: 'a second author passes behind the first',
      file: 'packages/sip-relay/src/admission/author.ts',
      find: 'values.length !== 1 || ',
      replace: '',
      test: {
        file: 'packages/edge/src/authors-of-partners.test.ts',
        title: 'stays outside where it is one of two, and the message comes in',
      },
    },
  ],
};
