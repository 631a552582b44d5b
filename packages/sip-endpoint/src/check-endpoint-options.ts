import { callback, nested, type Rule, required, rule, type Shape, wholeNumber } from '@entente/options';
import type { Timings } from '@entente/sip';
import type { ConnectionLimits } from './connection/connection-limits.ts';
import type { EndpointOptions } from './endpoint-options.ts';
import { checks } from './options/option-rules.ts';

const none = Number.POSITIVE_INFINITY;
/** A timer of the platform has no longer time than this. */
const longest = 2_147_483_647;

const milliseconds: Rule = rule(
  'a number of milliseconds above 0',
  (value) => typeof value === 'number' && value > 0 && value <= longest,
);
const timings: Shape<Timings> = {
  t1Ms: required(milliseconds, 'give all four, for example { ...defaultTimings, t1Ms: 1_000 }'),
  t2Ms: required(milliseconds, 'give all four, for example { ...defaultTimings, t2Ms: 8_000 }'),
  t4Ms: required(milliseconds, 'give all four, for example { ...defaultTimings, t4Ms: 10_000 }'),
  tryingAfterMs: required(
    rule(
      'a number of milliseconds from 0, or Infinity',
      (value) => typeof value === 'number' && value >= 0 && (value <= longest || value === none),
    ),
    'give all four, for example { ...defaultTimings, tryingAfterMs: 0 }',
  ),
};
const limits: Shape<ConnectionLimits> = {
  maxPendingBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  idleTimeoutMs: milliseconds,
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const made = (name: string): Rule => rule(`what new ${name}() makes`, isObject);

const rules: Shape<EndpointOptions> = {
  sentBy: required(
    rule(
      'an object with host, or a function of the link that gives one',
      (value) => typeof value === 'function' || (isObject(value) && typeof value.host === 'string'),
    ),
    "write sentBy: { host: 'sip.contoso.example', port: 5061 }, with a name that our certificate has",
  ),
  user: required(
    rule(
      'an object with the functions onRequest and onAck',
      (value) =>
        isObject(value) && typeof value.onRequest === 'function' && typeof value.onAck === 'function',
    ),
    'write user: { onRequest(transaction, connection) { … }, onAck() {} }',
  ),
  dial: required(
    callback,
    'write dial: (hop) => …, which connects under the verdict; one that only accepts throws there',
  ),
  locate: callback,
  retryOn: callback,
  newToken: required(callback, 'write newToken: createTokenSource()'),
  clock: callback,
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
  checks.options(options, rules, 'SipEndpoint');
}
