/** What fails now and may succeed later, without a restart: a disk that is full, a database that is busy. */
const passing: ReadonlySet<unknown> = new Set([
  'ENTENTE_PKI_LEDGER_UNAVAILABLE',
  'ENTENTE_PKI_AUDIT_UNAVAILABLE',
  'ENTENTE_PKI_FILE_UNAVAILABLE',
  'ENTENTE_ACCOUNTS_UNAVAILABLE',
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
]);
/** Comes of the folder, as where it was moved, and of no defect of the program. */
const missing = 'ENOENT';

/** Whether a fault may pass without a restart. */
export function mayPass(fault: unknown): boolean {
  return passing.has((fault as { readonly code?: unknown } | undefined)?.code);
}

/**
 * What a line of the log says of a fault: its code and its remedy, where it has them. Where it comes from is of use for a defect alone, so
 * one that may pass has no stack.
 */
export function faultFields(fault: unknown): {
  readonly err?: unknown;
  readonly code?: unknown;
  readonly remedy?: string;
} {
  const { code, remedy } = (fault ?? {}) as { readonly code?: unknown; readonly remedy?: unknown };
  return {
    ...(mayPass(fault) || code === missing ? {} : { err: fault }),
    ...(code === undefined ? {} : { code }),
    ...(typeof remedy === 'string' ? { remedy } : {}),
  };
}
