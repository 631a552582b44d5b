import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** SpanKind and SpanStatusCode of OpenTelemetry, by their numbers. */
const kinds = { server: 1, client: 2 };
const failed = { code: 2 };

/**
 * Makes a span of each SIP transaction.
 * @param tracer - of OpenTelemetry
 * @returns ends it
 */
export function traceTransactions(tracer) {
  const onTransaction = ({ callId, durationMs, end, link, method, role, server, startedAt, status }) => {
    const span = tracer.startSpan(`SIP ${method}`, {
      kind: kinds[role],
      startTime: startedAt,
      attributes: {
        'sip.method': method,
        'sip.call_id': callId,
        'sip.status_code': status,
        'entente.link': link,
        'server.address': server,
      },
    });
    if (status === undefined || status >= 500) span.setStatus({ ...failed, message: end ?? String(status) });
    span.end(startedAt + durationMs);
  };
  subscribe('entente:sip:transaction', onTransaction);
  return () => unsubscribe('entente:sip:transaction', onTransaction);
}
