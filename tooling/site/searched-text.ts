/**
 * What the search of the site reads of a page: of the pages of entry points names and summaries alone, so that the index
 * stays small and a guide is found before a declaration.
 *
 * @param page - below `docs`
 * @param text - the page
 */
export function searchedText(page: string, text: string): string {
  if (!page.startsWith('reference/api/')) return text;
  return text.replaceAll(/^ *```.*?^ *```$/gms, '').replaceAll(/^(?:- |\||Types: | {2}).*\n/gm, '');
}
