/** What obliges (RFC 2119 §1, §2); in quotation marks it is only spoken of. */
const keyword = /(?<!")\b(?:MUST|SHALL|REQUIRED)\b(?!")/g;

/** A heading: a number at the very left, and a title that is not a line of the table of contents. */
const heading = /^(\d+(?:\.\d+)*)\.?\s{1,3}(\S.*)$/;
const contentsLine = /\.{3,}|\. \. /;
/** What follows the last numbered section. */
const behind = /^(?:Appendix|References|Normative References|Authors|Acknowledg|Full Copyright)/;

/**
 * Counts the keywords that oblige in each section of an RFC.
 * @param text - the RFC as it is published, with its pages
 * @returns sections with at least one, by number, without those of their subsections
 */
export function keywordsBySection(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  let section: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const found = contentsLine.test(line) ? null : heading.exec(line);
    if (found !== null) section = found[1];
    else if (behind.test(line)) section = undefined;
    if (section === undefined) continue;
    const count = line.match(keyword)?.length ?? 0;
    if (count > 0) counts.set(section, (counts.get(section) ?? 0) + count);
  }
  return counts;
}
