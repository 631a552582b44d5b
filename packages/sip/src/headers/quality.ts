import { Parameters } from '../parameters/parameters.ts';
import { kindOf } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/**
 * The `q` parameter of an element of Contact, Accept, Accept-Encoding or Accept-Language: how much it is preferred.
 *
 * @returns 0 to 1 in steps of 0.001; 1 where there is none; `undefined` for anything else than digits with at most three
 *   decimals. In an Accept field 0 means "not acceptable".
 * @see RFC 3261 §20.1, §20.10, §25.1 (qvalue)
 */
export function qualityOf(parameters: Parameters): number | undefined {
  if (!(parameters instanceof Parameters))
    throw new SipArgumentError(
      `expected Parameters, found ${kindOf(parameters)}`,
      'parameters of qualityOf',
      'give the parameters of a value',
    );
  if (!parameters.has('q')) return 1;
  const raw = parameters.raw('q') ?? '';
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(raw) ? Number(raw) : undefined;
}
