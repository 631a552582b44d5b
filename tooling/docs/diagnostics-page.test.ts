import { channel } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { foundIn, read, textsOf } from './repository-text.ts';

const page = read('docs/reference/diagnostics.md');
const sources = textsOf('tls', 'sip-endpoint');

describe('the page about diagnostics', () => {
  it('lists every channel, and every field of its events', () => {
    const channels = foundIn(sources, /channel\('([^']+)'\)/g);
    const listed = foundIn([page], /^\| `(entente:[a-z:]+)`/gm);
    expect([...listed].sort()).toEqual([...channels].sort());
    const events = foundIn(sources, /export interface \w+Event \{([^}]*)\}/g);
    const fields = new Set(foundIn(events, /readonly (\w+):/g));
    expect(fields.size).toBeGreaterThan(10);
    expect([...fields].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the example for OpenTelemetry', () => {
  it('makes a span of each transaction, failed where there was no answer', async () => {
    const file = new URL('../../examples/plugin-opentelemetry/spans.js', import.meta.url).href;
    const { traceTransactions } = (await import(file)) as { traceTransactions(tracer: object): () => void };
    const spans: object[] = [];
    const stop = traceTransactions({
      startSpan: (name: string, { startTime }: { startTime: number }) => {
        const span: Record<string, unknown> = { name, startTime };
        spans.push(span);
        return {
          setStatus: ({ code }: { code: number }) => {
            span.status = code;
          },
          end: (at: number) => {
            span.endedAt = at;
          },
        };
      },
    });
    const transactions = channel('entente:sip:transaction');
    const event = { role: 'server', method: 'INVITE', startedAt: 1_000, durationMs: 5, link: 'SIP' };
    transactions.publish({ ...event, status: 200 });
    transactions.publish({ ...event, end: 'timeout' });
    stop();
    transactions.publish(event);
    expect(spans).toEqual([
      { name: 'SIP INVITE', startTime: 1_000, endedAt: 1_005 },
      { name: 'SIP INVITE', startTime: 1_000, endedAt: 1_005, status: 2 },
    ]);
  });
});
