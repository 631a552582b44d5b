/**
 * Fields in which a message names users beside its ends: who has transferred a call, whom it was for before, who gets the reply or the bill, who else calls, where
 * more is said of an error.
 * @see RFC 3892 (Referred-By proves nothing without a signed body), RFC 5806, RFC 7044, RFC 8496, RFC 3261 §20.18 (a telephone may call what Error-Info
 * names, or play it)
 */
export const namingFields = [
  'Referred-By',
  'Diversion',
  'History-Info',
  'Reply-To',
  'CC-Diversion',
  'CC-Redirect',
  'Requested-By',
  'P-Charge-Info',
  'Error-Info',
  'Additional-Identity',
] as const;

/**
 * Of these, what servers write that divert a call, or make it for somebody, and what they have asked of who calls: a user writes none of them.
 * @see RFC 5806, RFC 7044, RFC 8496, 3GPP TS 24.229 (Additional-Identity)
 */
export const historyFields = [
  'Diversion',
  'History-Info',
  'CC-Diversion',
  'CC-Redirect',
  'Requested-By',
  'P-Charge-Info',
  'Additional-Identity',
] as const;
