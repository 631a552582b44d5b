import type { Name } from './name.ts';

/**
 * One alternative name. Text is ASCII as in the input: it is not lower-cased, decoded or checked against the grammar of its kind,
 * which is the task of a verdict.
 * @see RFC 5280 §4.2.1.6
 */
export type GeneralName =
  | { readonly type: 'dns'; readonly value: string }
  | { readonly type: 'uri'; readonly value: string }
  | { readonly type: 'email'; readonly value: string }
  | { readonly type: 'ip'; readonly bytes: Uint8Array }
  | { readonly type: 'directory'; readonly name: Name }
  | { readonly type: 'registered-id'; readonly oid: string }
  | { readonly type: 'other'; readonly oid: string; readonly value: Uint8Array }
  | { readonly type: 'x400' | 'edi'; readonly value: Uint8Array };
