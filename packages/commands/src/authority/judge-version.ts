import type { AuthorityConnection, Refusal } from './connect-authority.ts';

/** What the authority would do with a version, or why it does not say. */
export type Judgement =
  | { readonly judged: true; readonly refusal: Refusal | undefined }
  | { readonly judged: false; readonly refusal: Refusal };

/**
 * Lets the authority judge a version without publishing it.
 * @param connection - to the authority
 * @param text - the signed topology
 * @param leaveBehind - whether members may be left that have to join again
 * @returns the refusal that its publication would meet; undefined where it would be published
 */
export async function judgeVersion(
  connection: Pick<AuthorityConnection, 'send'>,
  text: string,
  leaveBehind = false,
): Promise<Judgement> {
  const path = `/topology/judgement${leaveBehind ? '?leave-behind=true' : ''}`;
  const outcome = await connection.send(path, 'application/jose+json', text);
  if (!outcome.ok) return { judged: false, refusal: outcome.refusal };
  const { accepted, refusal } = outcome.answer as { readonly accepted: boolean; readonly refusal?: Refusal };
  return { judged: true, refusal: accepted ? undefined : refusal };
}
