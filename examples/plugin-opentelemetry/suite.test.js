import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { traceTransactions } from './spans.js';

test('a transaction is a span, failed where there was no answer, and none once tracing has ended', () => {
  const spans = [];
  const stop = traceTransactions({
    startSpan(name, { startTime }) {
      const span = { name, startTime };
      spans.push(span);
      return {
        setStatus: ({ code }) => Object.assign(span, { status: code }),
        end: (endedAt) => Object.assign(span, { endedAt }),
      };
    },
  });
  const transactions = channel('entente:sip:transaction');
  const event = { role: 'server', method: 'INVITE', startedAt: 1_000, durationMs: 5, link: 'SIP' };
  transactions.publish({ ...event, status: 200 });
  transactions.publish({ ...event, end: 'timeout' });
  stop();
  transactions.publish({ ...event, status: 200 });
  const span = { name: 'SIP INVITE', startTime: 1_000, endedAt: 1_005 };
  assert.deepEqual(spans, [span, { ...span, status: 2 }]);
});
