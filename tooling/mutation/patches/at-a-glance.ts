import type { MutationPatch, PatchList } from '../patch.ts';

const folder = 'packages/sip-endpoint/src/';
const underLoad = `${folder}transaction/under-load.ts`;
const overSockets = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/test/overload.test.ts',
  title,
});
const layer = (title: string): MutationPatch['test'] => ({
  file: `${folder}transaction/under-load.test.ts`,
  title,
});

const glanced = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip/test/glance.property.test.ts',
  title,
});

/** What a server under load refuses before anybody has read it, and what it leaves to be read. */
export const patches: PatchList = {
  name: 'at-a-glance',
  list: [
    {
      name: 'flood-under-load-is-held-up',
      off: 'a client that sends more than all others takes the processor with refusals while there is too much to do',
      file: `${folder}transaction/at-a-glance.ts`,
      find: "why === 'overloaded' && connection.isProven && isModest",
      replace: "why === 'overloaded'",
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'holds up a client that sends more than others while there is too much to do, and reads on from those',
      },
    },
    {
      name: 'glance-is-exact',
      off: 'a glance takes a request for well-formed whose From nobody can read',
      file: 'packages/sip/src/message/plain-request.ts',
      find: "if (i >= end || !isPlainUri(wire, codes, uriStart, i)) return 'unclear';",
      replace: "if (i >= end) return 'unclear';",
      test: glanced('does so where one field of a usual request is another'),
    },
    {
      name: 'glance-knows-one-branch',
      off: 'a glance takes the second branch of a Via for its only one',
      file: 'packages/sip/src/message/plain-request.ts',
      find: '(letters & (1 << (letter - 0x61))) !== 0) return undefined;',
      replace: 'letters < 0) return undefined;',
      test: glanced('does so where one field of a usual request is another'),
    },
    {
      name: 'glance-leaves-dialogs',
      off: 'a request in a dialog is refused at a glance, before anybody looks for our token',
      file: 'packages/sip-relay/src/admission/weigh-request.ts',
      find: '(request.hasRoute && request.hasToTag)) return undefined;',
      replace: 'request.hasRoute !== request.hasRoute) return undefined;',
      test: overSockets('is answered 503 without Retry-After, and stops no BYE in a dialog of ours'),
    },
    {
      name: 'glance-leaves-registrations',
      off: 'a REGISTER is refused at a glance, and its client is not told when to come back',
      file: 'packages/sip-relay/src/admission/weigh-request.ts',
      find: 'if (toBeRead.has(request.method) || request.mayBeNumber) return undefined;',
      replace: 'if (request.mayBeNumber) return undefined;',
      test: overSockets('is told when to come back, and stops no MESSAGE'),
    },
    {
      name: 'glance-leaves-numbers',
      off: 'under load an emergency call is refused before anybody has read which number it is for',
      file: 'packages/sip-relay/src/admission/weigh-request.ts',
      find: 'if (toBeRead.has(request.method) || request.mayBeNumber) return undefined;',
      replace: 'if (toBeRead.has(request.method)) return undefined;',
      test: {
        file: 'packages/sip-relay/src/admission/weigh-request.test.ts',
        title:
          'is not known at a glance where many share the connection, or for what may be in a dialog or has an answer of its own',
      },
    },
    {
      name: 'glance-leaves-servers',
      off: 'all who are behind a server are refused as one',
      file: 'packages/sip-relay/src/admission/weigh-request.ts',
      find: 'if (connection.server !== undefined || (request',
      replace: 'if ((request',
      test: {
        file: 'packages/sip-relay/src/admission/weigh-request.test.ts',
        title:
          'is not known at a glance where many share the connection, or for what may be in a dialog or has an answer of its own',
      },
    },
    {
      name: 'glance-knows-acks',
      off: 'the ACK of a refusal is read, and carried to the called where its table has forgotten it',
      file: `${folder}transaction/transaction-layer.ts`,
      find: "return this.#refused.takes(connection, branch) ? 'acknowledges-refusal' : undefined;",
      replace: 'return undefined;',
      test: layer('refuses what begins something new, and knows its ACK'),
    },
    {
      name: 'glance-remembers-invites',
      off: 'the ACK for an INVITE that was refused at a glance is carried to the called',
      file: `${folder}transaction/transaction-layer.ts`,
      find: "if (method === 'INVITE') this.#refused.add(connection, branch);",
      replace: '',
      test: overSockets(
        'is known at a glance, with the ACKs of what was refused; what is written in another way is treated the same',
      ),
    },
    {
      name: 'glance-leaves-what-is-under-way',
      off: 'a copy of a request that is under way is refused at a glance',
      file: `${folder}transaction/server-transactions.ts`,
      find: 'return this.#byBranch.get(branch) !== undefined || this.#branchesAside.has(branch);',
      replace: 'return this.#byBranch.get(branch) !== undefined;',
      test: layer(
        'leaves to be read what has the branch of a transaction that is under way, also where two share it',
      ),
    },
    {
      name: 'asked-once',
      off: 'a request that was admitted at a glance counts twice for its peer',
      file: underLoad,
      find: 'if (isAdmitted) return false;',
      replace: 'void isAdmitted;',
      test: layer('asks once about a request that is admitted and read then, and again about the next one'),
    },
    {
      name: 'admitted-alone',
      off: 'one request that is admitted at a glance lets in all that are read after it',
      file: underLoad,
      find: '&& this.#admitted === transactionBranch(request);\n    this.#admitted = undefined;',
      replace: '&& transactionBranch(request) !== undefined;',
      test: layer('asks once about a request that is admitted and read then, and again about the next one'),
    },
  ],
};
