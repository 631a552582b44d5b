import type { EndpointOptions } from '@entente/sip-endpoint';

/** What a proxy hands on to its endpoint as it was given. */
export interface EndpointParts
  extends Pick<
    EndpointOptions,
    'budget' | 'clock' | 'dial' | 'limits' | 'locate' | 'newToken' | 'overload' | 'retryOn' | 'sentBy'
  > {}

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
] as const satisfies readonly (keyof EndpointParts)[];

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
