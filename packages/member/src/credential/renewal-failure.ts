/** Why a certificate was not renewed. */
export interface RenewalFailure {
  /** What was found. */
  readonly message: string;
  /** What an operator does about it. */
  readonly remedy: string;
  /** Whether the authority was not reached: then it is asked again once it is. */
  readonly isUnreached: boolean;
}

const unreachedRemedy =
  'check that the authority runs and this server reaches it, and that the clocks of both are right; it is asked again every ten minutes, and once it is reached';
const unwrittenRemedy =
  'make space on the disk of the directory of this server, and let it write there; the authority is asked again every ten minutes';

const diskCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

/**
 * What an operator must know of a renewal that failed.
 * @param error - what it failed of: the verdict on the authority, its answer, the network, or the files
 */
export function renewalFailure(error: unknown): RenewalFailure {
  const { cause, code, message, path, remedy } = error as NodeJS.ErrnoException & {
    readonly remedy?: string;
  };
  const isOfFile = path !== undefined || diskCodes.has(code);
  // An answer that is none has no cause; a connection that broke off has one.
  const isBroken = code === 'ENTENTE_PKI_TRANSPORT' && cause !== undefined;
  const isUnreached = isBroken || (remedy === undefined && !isOfFile);
  return { message, remedy: remedy ?? (isOfFile ? unwrittenRemedy : unreachedRemedy), isUnreached };
}
