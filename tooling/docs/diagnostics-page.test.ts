import { channel } from 'node:diagnostics_channel';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/reference/diagnostics.md'), 'utf8');
const sources = ['tls', 'sip-endpoint'].flatMap((name) =>
  readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, 'packages', name, 'src', file), 'utf8')),
);

describe('the page about diagnostics', () => {
  it('lists every channel, and every field of its events', () => {
    const channels = sources.flatMap((text) =>
      [...text.matchAll(/channel\('([^']+)'\)/g)].map(([, name]) => name),
    );
    const listed = [...page.matchAll(/^\| `(entente:[a-z:]+)`/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(channels.sort());
    const events = sources.flatMap((text) =>
      [...text.matchAll(/export interface \w+Event \{([^}]*)\}/g)].map(([, body]) => body ?? ''),
    );
    const fields = new Set(
      events.flatMap((body) => [...body.matchAll(/readonly (\w+):/g)].map(([, name]) => name)),
    );
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
