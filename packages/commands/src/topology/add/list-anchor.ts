import { OperatorFault } from '@entente/host';
import type { AnchorReference } from '@entente/topology';
import { type Document, isMap, isSeq } from 'yaml';
import { append, setField } from '../edit-topology.ts';

/**
 * Adds a root to a list. An entry with its fingerprint that has no certificate yet gets it, and keeps its name. A root that the list has
 * already is refused, whatever it is called there: a second entry would add no trust, and one of them removed would take none away.
 * @param document - to be changed
 * @param path - of the list
 * @param anchor - with its certificate
 * @param file - of the document
 * @returns the entry as it is listed
 * @throws OperatorFault `ENTENTE_ANCHOR_EXISTS`
 */
export function listAnchor(
  document: Document,
  path: readonly (string | number)[],
  anchor: AnchorReference,
  file: string,
): AnchorReference {
  const list = document.getIn(path);
  const items = isSeq(list) ? list.items : [];
  const index = items.findIndex((item) => isMap(item) && item.get('sha256') === anchor.sha256);
  const listed = items[index];
  if (!isMap(listed)) {
    append(document, path, anchor);
    return anchor;
  }
  const name = String(listed.get('name'));
  if (!listed.has('certificate')) {
    setField(document, [...path, index, 'certificate'], anchor.certificate);
    return { ...anchor, name };
  }
  throw new OperatorFault('ENTENTE_ANCHOR_EXISTS', {
    sentence: `the root ${anchor.sha256} is listed there already, as ${name}`,
    place: `${file} (not changed)`,
    remedy: 'nothing is to be added; for another list give --federation or --partner <id>',
  });
}
