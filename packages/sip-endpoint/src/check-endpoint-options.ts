import type { Timings } from '@entente/sip';
import type { ConnectionLimits } from './connection/connection-limits.ts';
import type { EndpointOptions } from './endpoint-options.ts';
import { callback, checkOptions, nested, type OptionRule, wholeNumber } from './options/option-rules.ts';

type Shape<T> = { readonly [name in keyof Required<T>]: OptionRule };

const none = Number.POSITIVE_INFINITY;
/** A timer of the platform has no longer time than this. */
const longest = 2_147_483_647;

const milliseconds: OptionRule = {
  wanted: 'a number of milliseconds above 0',
  fits: (value) => typeof value === 'number' && value > 0 && value <= longest,
};
const timings: Shape<Timings> = {
  t1Ms: { ...milliseconds, missing: 'give all four, for example { ...defaultTimings, t1Ms: 1_000 }' },
  t2Ms: { ...milliseconds, missing: 'give all four, for example { ...defaultTimings, t2Ms: 8_000 }' },
  t4Ms: { ...milliseconds, missing: 'give all four, for example { ...defaultTimings, t4Ms: 10_000 }' },
  tryingAfterMs: {
    wanted: 'a number of milliseconds from 0, or Infinity',
    fits: (value) => typeof value === 'number' && value >= 0 && (value <= longest || value === none),
    missing: 'give all four, for example { ...defaultTimings, tryingAfterMs: 0 }',
  },
};
const limits: Shape<ConnectionLimits> = {
  maxPendingBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  idleTimeoutMs: milliseconds,
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const made = (name: string): OptionRule => ({ wanted: `what new ${name}() makes`, fits: isObject });

const rules: Shape<EndpointOptions> = {
  sentBy: {
    wanted: 'an object with host, or a function of the link that gives one',
    fits: (value) => typeof value === 'function' || (isObject(value) && typeof value.host === 'string'),
    missing:
      "write sentBy: { host: 'sip.contoso.example', port: 5061 }, with a name that our certificate has",
  },
  user: {
    wanted: 'an object with the functions onRequest and onAck',
    fits: (value) =>
      isObject(value) && typeof value.onRequest === 'function' && typeof value.onAck === 'function',
    missing: 'write user: { onRequest(transaction, connection) { … }, onAck() {} }',
  },
  dial: callback(
    'write dial: (hop) => …, which connects under the verdict; one that only accepts throws there',
  ),
  locate: callback(),
  retryOn: callback(),
  newToken: callback('write newToken: createTokenSource()'),
  clock: callback(),
  timings: nested(timings),
  limits: nested(limits),
  budget: made('MessageBudget'),
  overload: made('OverloadControl'),
};

/**
 * Looks at the options of an endpoint, of which callers in JavaScript have no compiler that finds a mistake.
 *
 * @param options - as given
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkEndpointOptions(options: EndpointOptions): void {
  checkOptions(options, rules, 'SipEndpoint');
}
