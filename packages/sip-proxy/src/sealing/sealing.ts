/** Seals texts that others carry for us; how, and with which key, is the runtime's. */
export interface Sealing {
  /**
   * Encrypts and authenticates a few texts. Two seals of the same must differ: nobody outside shall learn what two have in common.
   * @param purpose - what it is for
   * @param fields - what it says
   * @param context - what it belongs to, for instance a dialog; not in the result, and needed to open it
   * @returns text that is safe as the user part of a SIP URI; undefined where it would be too long to be carried, or a field cannot
   *   be sealed
   */
  seal(purpose: string, fields: readonly string[], context?: string): string | undefined;
  /**
   * Opens what `seal` gave for the same purpose and context.
   * @param purpose - what it is for
   * @param sealed - from anybody, of any length
   * @param context - what it must belong to
   * @returns the fields; undefined for anything else
   */
  open(purpose: string, sealed: string, context?: string): readonly string[] | undefined;
}
