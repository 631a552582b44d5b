import { createDecipheriv } from 'node:crypto';
import type { CcmParameters } from './ccm-sealer.ts';

const tagBytes = 16;

/**
 * Opens what a server of the version before has sealed, with AES-256-GCM (NIST SP 800-38D).
 * @param key - 32 bytes
 * @param parameters - nonce and context
 * @param sealed - the sealed text and its tag
 * @returns undefined where it was sealed with others
 */
export function openGcm(
  key: Uint8Array,
  { context, nonce }: CcmParameters,
  sealed: Buffer,
): string | undefined {
  const opening = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  opening.setAAD(Buffer.from(context, 'utf8'));
  opening.setAuthTag(sealed.subarray(-tagBytes));
  const opened = opening.update(sealed.subarray(0, -tagBytes));
  try {
    opening.final();
  } catch {
    return undefined;
  }
  return opened.toString('utf8');
}
