import { checkOptions } from '../ground/check-options.ts';
import { aFunction, checkValues, oneOf } from '../ground/check-values.ts';
import { isOctets } from '../ground/given.ts';
import { profiles } from '../ground/profile.ts';

/** By name alone: the application is defined where it is used. */
interface Application {
  readonly profile: unknown;
  readonly subject: unknown;
  readonly request: unknown;
  readonly interface?: unknown;
  readonly predecessor?: unknown;
  readonly spend?: unknown;
  readonly onSigned?: unknown;
  readonly onWithdrawn?: unknown;
}

const of = 'issue of an issuance';
/** What it says is for the rule to decide: it may come from a requester. */
const text = ['a text', (value: unknown) => typeof value === 'string'] as const;

/**
 * Looks at an application before anything is decided: with a misspelt `spend` a token would be good for any number of certificates, and with a
 * misspelt `onSigned` none would be in the trail.
 * @param application - as given
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkApplication(application: Application): void {
  checkOptions(
    application,
    ['profile', 'subject', 'request'],
    ['interface', 'predecessor', 'spend', 'onSigned', 'onWithdrawn'],
    of,
  );
  checkValues(
    application,
    {
      profile: oneOf(...Object.keys(profiles)),
      subject: text,
      request: ['the DER of a request in a Uint8Array', isOctets],
      interface: text,
      spend: aFunction,
      onSigned: aFunction,
      onWithdrawn: aFunction,
    },
    of,
  );
}
