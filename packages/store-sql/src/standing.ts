/** Whether a store can record changes now. */
export type Standing =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Since when the changes have failed, milliseconds since 1970. */
      readonly since: number;
      /** What failed last, without final stop. */
      readonly sentence: string;
      readonly remedy: string;
    };
