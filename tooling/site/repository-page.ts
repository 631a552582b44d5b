/**
 * A page of the repository (a README) as a page of the site. Its links stay as they are: `markdownLinks` knows by the head
 * which file they were written in.
 *
 * @param from - the file, below the root of the repository
 * @param text - what it says
 * @param below - Markdown that comes below its title
 */
export function renderRepositoryPage(from: string, text: string, below: string): string {
  const head = ['---', `source: ${from}`, '---', ''].join('\n');
  const [title = '', ...rest] = text.split('\n');
  return `${head}\n${[title, ...(below === '' ? [] : ['', below]), ...rest].join('\n')}`;
}
