import type { Declared, Modules } from '../api/modules.ts';
import { keyOf, namesIn, type Surface } from '../api/surface.ts';
import { addressOf, apiPageOf } from './site-paths.ts';

/** Where a declaration is shown. */
interface Place {
  readonly specifier: string;
  readonly anchor: string;
}

/** Where the declarations that pages show are found, for links between them. */
export class ApiIndex {
  readonly #modules: Modules;
  readonly #places = new Map<string, readonly Place[]>();
  readonly #taken = new Set<string>();

  /**
   * @param surfaces - of all entry points
   * @param modules - what the names in them stand for
   */
  constructor(surfaces: readonly Surface[], modules: Modules) {
    this.#modules = modules;
    for (const { entry, exports } of surfaces)
      for (const one of exports) this.#add(keyOf(one), entry.specifier, one.as);
    for (const { entry, inner } of surfaces)
      for (const one of inner) this.#add(keyOf(one), entry.specifier, one.name);
  }

  /**
   * The anchor of what is not exported; two files may call something by one name.
   *
   * @param declared - shown on the page of an entry point
   * @param specifier - of the entry point
   */
  anchorIn(declared: Declared, specifier: string): string {
    const place = this.#places.get(keyOf(declared))?.find((one) => one.specifier === specifier);
    return place?.anchor ?? anchorOf(declared.name);
  }

  /**
   * Links to what a declaration names, by name: on the same page where it is there, else on that of another entry point.
   *
   * @param declared - whose names are looked up
   * @param specifier - of the entry point whose page it is
   */
  linksFrom(declared: Declared, specifier: string): { readonly name: string; readonly href: string }[] {
    const links: { name: string; href: string }[] = [];
    for (const name of namesIn(declared)) {
      const meaning = this.#modules.resolve(declared.file, name);
      if (meaning === undefined || !('file' in meaning)) continue;
      if (keyOf(meaning) === keyOf(declared)) continue;
      const places = this.#places.get(keyOf(meaning)) ?? [];
      const place = places.find((one) => one.specifier === specifier) ?? places[0];
      if (place === undefined) continue;
      const page = place.specifier === specifier ? '' : addressOf(apiPageOf(place.specifier));
      links.push({ name, href: `${page}#${place.anchor}` });
    }
    return links.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #add(key: string, specifier: string, name: string): void {
    let anchor = anchorOf(name);
    for (let count = 2; this.#taken.has(`${specifier}#${anchor}`); count++)
      anchor = `${anchorOf(name)}-${count}`;
    this.#taken.add(`${specifier}#${anchor}`);
    this.#places.set(key, [...(this.#places.get(key) ?? []), { specifier, anchor }]);
  }
}

/**
 * The anchor of an export on its page. Names differ by their capitals alone (`Trust`, `trust`), and so do anchors.
 *
 * @param name - as it is imported
 */
export function anchorOf(name: string): string {
  return name.replaceAll(/[^\w-]/g, '_');
}
