import { checkInstallSize, tlsInstall } from '../../check/install-size.ts';
import type { Part } from '../part.ts';

/** `npm install @entente/tls` brings trust and x509 and nothing else, and is small. */
export const part: Part = {
  name: 'size',
  run: ({ log, packed }) => checkInstallSize(packed, tlsInstall, log),
};
