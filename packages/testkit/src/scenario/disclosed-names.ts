/**
 * Which names can be read in some bytes, plainly or inside what anybody can decode: every run of base64url is decoded at each of its four
 * offsets, so a token that only looks sealed is found out.
 * @param bytes - one character a byte
 * @param names - in lower case
 */
export function disclosedNames(bytes: string, names: readonly string[]): readonly string[] {
  const decoded = [...bytes.matchAll(/[A-Za-z0-9_-]{16,}/g)].flatMap(([run]) =>
    [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64url').toString('latin1')),
  );
  const text = [bytes, ...decoded].join('\n').toLowerCase();
  return names.filter((name) => text.includes(name));
}
