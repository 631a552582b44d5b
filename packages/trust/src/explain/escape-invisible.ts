/**
 * What is not seen, or changes how the rest is seen: control, format and bidirectional characters, line and paragraph separators, halves of
 * surrogate pairs (Unicode Cc, Cf, Zl, Zp, Cs), and what a font may leave out (Default_Ignorable_Code_Point).
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Escapes characters that a terminal would obey, or that hide what a line says, as JSON does: `\u202e`. For everything that a peer, a
 * certificate or a file has named and a person reads; a line end is such a character too. Inside of JSON the text means the same after it.
 * @param text - a line, without its line end
 */
export function escapeInvisible(text: string): string {
  return text.replace(invisible, (character) => {
    let escaped = '';
    for (let index = 0; index < character.length; index++)
      escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    return escaped;
  });
}
