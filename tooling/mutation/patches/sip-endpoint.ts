import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'sip-endpoint',
  list: [
    {
      name: 'answering-peer',
      off: 'any client answers a request that another one got',
      file: 'packages/sip-endpoint/src/',
      find: 'return asked.source !== undefined && asked.source.address === answering.source?.address;',
      replace: 'return true;',
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title:
          'takes the answer of a client over another connection from the same address, and of nobody else',
      },
    },
    {
      name: 'accepted-by-whom',
      off: 'anybody who knows its branch answers a call that was accepted once more',
      file: 'packages/sip-endpoint/src/',
      find: 'end.key === branch && mayAnswer(end.connection, connection)',
      replace: 'end.key === branch && mayAnswer(end.connection, end.connection)',
      test: {
        file: 'packages/sip-endpoint/src/transaction/accepted-invites.test.ts',
        title:
          'belongs to its connections: the same branch over another one is another INVITE, or nobody’s answer',
      },
    },
    {
      name: 'transaction-of-its-connection',
      off: 'a request that comes over another connection belongs to the transaction whose branch it writes',
      file: 'packages/sip-endpoint/src/',
      find: 'if (known?.context.connection === connection && serverTransactionKey',
      replace: 'if (known !== undefined && serverTransactionKey',
      test: {
        file: 'packages/sip-endpoint/src/transaction/server-transactions.test.ts',
        title: 'are found by branch, sent-by, method and connection, whatever branch others write',
      },
    },
  ],
};
