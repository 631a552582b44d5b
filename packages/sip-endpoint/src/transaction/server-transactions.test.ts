import { createRequest, serverTransactionKey, transactionBranch } from '@entente/sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SipConnection } from '../connection/connection.ts';
import { ServerTransactions } from './server-transactions.ts';
import { type ServerTransaction, TransactionContext } from './transaction-context.ts';

const connections = [1, 2].map((id) => ({ id }) as SipConnection);

function requestOf(method: string, branch: string, sentBy: string) {
  return createRequest({
    method,
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=1',
    to: '<sip:bob@contoso.example>',
    callId: 'c',
    cseq: 1,
    via: `SIP/2.0/TLS ${sentBy};branch=${branch}`,
  });
}

describe('server transactions', () => {
  it('are found by branch, sent-by, method and connection, whatever branch others write', () => {
    const step = fc.record({
      method: fc.constantFrom('INVITE', 'CANCEL', 'ACK', 'MESSAGE'),
      branch: fc.constantFrom('z9hG4bKa', 'z9hG4bKA', 'z9hG4bKb'),
      sentBy: fc.constantFrom('a.example', 'A.example', 'a.example:5061', 'b.example'),
      connection: fc.constantFrom(...connections),
      ends: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const table = new ServerTransactions();
        const expected = new Map<string, ServerTransaction>();
        for (const { branch, connection, ends, method, sentBy } of steps) {
          const request = requestOf(method, branch, sentBy);
          const key = `${connection.id} ${serverTransactionKey(request)}`;
          const found = table.find(transactionBranch(request) ?? '', request, connection);
          expect(found).toBe(expected.get(key));
          if (found !== undefined && ends) {
            table.delete(found);
            expected.delete(key);
          } else if (found === undefined && method !== 'ACK') {
            const context = new TransactionContext(connection, branch, undefined, undefined, 0);
            const made = { request, context } as unknown as ServerTransaction;
            table.add(branch, made);
            expected.set(key, made);
          }
          expect(table.size).toBe(expected.size);
        }
        expect(new Set(table.values())).toEqual(new Set(expected.values()));
      }),
    );
  });
});
