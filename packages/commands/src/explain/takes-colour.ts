/**
 * Whether a terminal gets colours: not where it is none, and not where its user wants none (https://no-color.org).
 * @param stream - that is written to
 * @param env - of the process
 */
export function takesColour(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '';
}
