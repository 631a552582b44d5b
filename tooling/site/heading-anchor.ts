/**
 * The anchor of a heading, on the site and where the repository is shown: its letters and digits in lower case, with a
 * hyphen for what is between them.
 *
 * @param heading - its text
 */
export function headingAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, ' ')
    .trim()
    .replaceAll(/\s+/g, '-');
}
