import { PkiFault } from '../ground/fault.ts';

/**
 * A file of the authority is not there. Creating another authority comes last: it would be another network, and every server would have to
 * join again.
 * @param place - path of the file
 */
export function missingFile(place: string, cause?: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'a file of the authority is missing',
    place,
    remedy:
      'correct the directory, where it is another one; otherwise restore the last backup with entente ca restore, once more where that was interrupted. Only where there has never been an authority, create one with entente ca init',
    cause,
  });
}

/**
 * A key of the authority is not there. What stands in an older copy of the folder is the same key; a library has no command that restores a
 * backup.
 * @param place - path of the file
 */
export function missingKey(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'a key of the authority is missing',
    place,
    remedy:
      'correct the directory, where it is another one; otherwise put the key back from a copy of the folder, or restore the last backup with entente ca restore of @entente/commands, once more where that was interrupted. Only where there has never been an authority, create one with entente ca init',
  });
}

/**
 * The directory of a root has no certificate or no key of one. No backup has the key of a root.
 * @param place - path of the file
 */
export function missingRootFile(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence:
      'expected the folder of a root, with its certificate and its key, found that this file is missing',
    place,
    remedy:
      'correct the path of the folder, or connect the medium that it is on; the key of a root is in no backup of the authority',
  });
}

/**
 * A file in the directory of a root cannot be used. No backup of the authority has that directory.
 * @param place - path of the file
 * @param sentence - what is wrong with it
 */
export function damagedRootFile(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence,
    place,
    remedy:
      'restore the file from a copy of the folder of the root, which is in no backup of the authority; or correct the path, where that is another folder',
  });
}

/**
 * The last list in the directory of a root cannot be read. Without it, a number would be used twice and revocations forgotten; the
 * authority has it too.
 * @param place - path of the file
 * @param sentence - what is wrong with it
 */
export function damagedRootList(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence,
    place,
    remedy:
      'bring the last list back: from a copy of the folder of the root, or from the folder of the authority once it has accepted every answer of this root: root_ca.crl there, and roots/2.crl for root 2',
  });
}
