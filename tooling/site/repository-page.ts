/**
 * A page of the repository (a README) as a page of the site. Its links stay as they are: `markdownLinks` knows by the head
 * which file they were written in.
 *
 * @param from - the file, below the root of the repository
 * @param text - what it says
 */
export function renderRepositoryPage(from: string, text: string): string {
  return `---\nsource: ${from}\n---\n\n${text}`;
}
