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

/**
 * The standing after a failure: since the first one.
 * @param before - the standing until now
 * @param now - milliseconds since 1970
 * @param fault - what failed
 */
export function failing(
  before: Standing,
  now: number,
  { remedy, sentence }: { readonly sentence: string; readonly remedy: string },
): Standing {
  return { ok: false, since: before.ok ? now : before.since, sentence, remedy };
}
