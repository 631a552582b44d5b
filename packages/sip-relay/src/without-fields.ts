import { edit, type MessageEditor, type SipResponse } from '@entente/sip';

/**
 * A response without fields that its sender may not write: an answer of somebody outside asserts no identity and brings no diagnostics, because nobody
 * has checked them.
 * @param response - as it came
 * @param names - of the fields
 * @returns the same response where it has none of them
 * @see RFC 3325 §5
 */
export function withoutFields(response: SipResponse, names: readonly string[]): SipResponse {
  let editor: MessageEditor<SipResponse> | undefined;
  for (const name of names) {
    if (!response.has(name)) continue;
    editor ??= edit(response);
    editor.remove(name);
  }
  return editor?.toMessage() ?? response;
}
