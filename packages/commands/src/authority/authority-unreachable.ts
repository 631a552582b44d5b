import { OperatorFault } from '@entente/host';

/** An error of a request, with the code and the remedy that it may have. */
export type RequestError = Error & { readonly code?: string; readonly remedy?: string };

/**
 * The fault of a request that never came to the authority.
 * @param origin - of the authority
 * @param error - what the request failed of
 * @returns undefined where the error has a remedy of its own that an operator can follow
 */
export function notReached(origin: string, error: RequestError): OperatorFault | undefined {
  // Its own remedy does not know that this is the authority.
  if (error.code === 'ENTENTE_TIMEOUT')
    return new OperatorFault('ENTENTE_AUTHORITY_UNREACHABLE', {
      sentence: `the authority does not answer: ${error.message}`,
      place: origin,
      remedy:
        'see whether its process hangs or its machine is overloaded, and start it again if need be; if it runs elsewhere, correct authority and address in the file after --as, or --authority and --address',
      cause: error,
    });
  if (error.remedy !== undefined) return undefined;
  return new OperatorFault('ENTENTE_AUTHORITY_UNREACHABLE', {
    sentence: `the authority cannot be reached: ${error.message}`,
    place: origin,
    remedy:
      'start the authority; if it runs, correct authority and address in the file after --as, or --authority and --address',
    cause: error,
  });
}
