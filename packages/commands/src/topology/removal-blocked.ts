import type { Problem } from '@entente/topology';
import { shellWord } from '@entente/trust';
import { type Document, isNode, type LineCounter } from 'yaml';

/** What the rest of a document has against a removal, and what is to be done first. */
export interface StillNamed {
  readonly message: string;
  readonly remedy: string;
}

/** A document before anything was removed from it. */
export interface Before {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A sentence lists no more than these. */
const mostNamed = 10;

/**
 * What still names a server or a pool that is to be removed.
 * @param name - of what is to be removed
 * @param file - of the topology, for the commands
 * @param problems - those that the removal would add
 * @param before - the document as it is in the file
 * @returns undefined where a problem is not about a name
 */
export function stillNamed(
  name: string,
  file: string,
  problems: readonly Problem[],
  { document, lines }: Before,
): StillNamed | undefined {
  const naming = problems.filter(
    ({ code, path }) => code === 'unknown-reference' && document.getIn(path) === name,
  );
  if (naming.length === 0) return undefined;
  const places = naming.slice(0, mostNamed).map(({ path }) => {
    const node = document.getIn(path, true);
    const at = isNode(node) && node.range ? ` (line ${lines.linePos(node.range[0]).line})` : '';
    return `${whatNames(path, document)}${at}`;
  });
  const more = naming.length > mostNamed ? `, and ${naming.length - mostNamed} more` : '';
  // One of each kind: what is to be done with the others is the same.
  const remedies = new Map(naming.map(({ path }) => [path[0], path] as const).reverse());
  return {
    message: `${name} is still ${places.join(', ')}${more}`,
    remedy: [...remedies.values()].map((path) => remedyFor(path, document, file)).join('; '),
  };
}

function whatNames([list, key]: Problem['path'], document: Document): string {
  switch (list) {
    case 'users':
      return `the home of ${key}`;
    case 'domains':
      return `the pool of the domain ${document.getIn(['domains', key, 'name'])}`;
    case 'servers':
      return `the pool of the server ${document.getIn(['servers', key, 'fqdn'])}`;
    default:
      return `named in ${list}`;
  }
}

function remedyFor([list, key]: Problem['path'], document: Document, file: string): string {
  const end = `--file ${shellWord(file)}`;
  switch (list) {
    case 'users': {
      const user = shellWord(String(key));
      return `give the user another home first: entente topology add user ${user} --home <fqdn> ${end}; or that of the domain: entente topology remove ${user} --kind user ${end}`;
    }
    case 'domains':
      return `give its users another home first: entente topology add domain ${document.getIn(['domains', key, 'name'])} --pool <fqdn> ${end}`;
    case 'servers':
      return `remove the server first: entente topology remove ${document.getIn(['servers', key, 'fqdn'])} ${end}; or name another pool as its "pool"`;
    default:
      return `remove the name from ${list} first`;
  }
}
