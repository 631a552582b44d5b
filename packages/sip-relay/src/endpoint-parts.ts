import type { EndpointOptions } from '@entente/sip-endpoint';

const names = [
  'budget',
  'clock',
  'dial',
  'limits',
  'locate',
  'newToken',
  'overload',
  'retryOn',
  'sentBy',
] as const;

/** What a proxy hands on to its endpoint as it was given. */
export type EndpointParts = Pick<EndpointOptions, (typeof names)[number]>;

/**
 * The options of a proxy that are those of its endpoint, which refuses all others.
 *
 * @param options - of a proxy
 */
export function endpointParts(options: EndpointParts): EndpointParts {
  const parts: Partial<Record<keyof EndpointParts, unknown>> = {};
  for (const name of names) if (options[name] !== undefined) parts[name] = options[name];
  return parts as EndpointParts;
}
