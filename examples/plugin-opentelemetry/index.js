import { trace } from '@opentelemetry/api';
import { traceTransactions } from './spans.js';

/** Nothing to configure: where spans go is a matter of the SDK, which is loaded before the server (see README.md). */
const configSchema = {
  '~standard': {
    version: 1,
    vendor: 'entente-plugin-opentelemetry',
    validate: (value) =>
      value === undefined ? { value } : { issues: [{ message: 'expected no configuration' }] },
  },
};

export const plugin = {
  name: 'opentelemetry',
  apiVersion: 1,
  requires: [],
  provides: [],
  configSchema,
  setup(scope) {
    scope.onDispose(traceTransactions(trace.getTracer('entente')));
    scope.log.info({ event: 'tracing' }, 'each SIP transaction is a span');
  },
};
