import { Checks } from '@entente/options';
import { TrustFault, type TrustFaultCode } from './fault.ts';

/**
 * Refuses arguments of a function of this package.
 *
 * @param code - of which function they are
 */
export function checksOf(code: TrustFaultCode): Checks {
  return new Checks({ fault: (parts) => new TrustFault(code, parts) });
}

/**
 * The fault of an argument that is not what the types say.
 *
 * @param code - of which function the argument is
 * @param place - the argument
 * @param wanted - what it has to be
 * @param found - what was given
 */
export function misuse(code: TrustFaultCode, place: string, wanted: string, found: unknown): Error {
  return checksOf(code).unlike(found, wanted, place, `give ${wanted}`);
}
