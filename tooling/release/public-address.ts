import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The one place that says where the repository is for everybody. */
export const addressFile = 'tooling/release/public-address.txt';

/** The address, or why there is none. */
export type PublicAddress =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly sentence: string; readonly remedy: string };

/**
 * Reads where the repository is published: one line, e.g. `https://forge.contoso.example/entente/entente`.
 *
 * @param root - absolute path of the repository
 */
export function readPublicAddress(root: string): PublicAddress {
  const text = readFileSync(join(root, addressFile), 'utf8').trim();
  const remedy = `write the address of the repository, https://…, into ${addressFile}`;
  if (text === '')
    return { ok: false, sentence: 'the public address of the repository is not known', remedy };
  const address = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = address?.search === '' && address.hash === '' && address.username === '';
  if (address?.protocol !== 'https:' || address.pathname === '/' || !isPlain || /\.git$|\/$/.test(text)) {
    const found = JSON.stringify(text.slice(0, 200));
    return {
      ok: false,
      sentence: `expected https://<host>/<path of the repository>, without .git and query, found ${found}`,
      remedy,
    };
  }
  return { ok: true, address: text };
}

/** What a package.json says of where its package comes from. */
export interface AddressFields {
  readonly homepage: string;
  readonly repository: { readonly type: 'git'; readonly url: string; readonly directory: string };
  readonly bugs: { readonly url: string };
}

/**
 * The fields of a package.json that follow from the address.
 *
 * @param address - from {@link readPublicAddress}
 * @param home - folder of the package in the repository, e.g. `packages/tls`
 */
export function addressFields(address: string, home: string): AddressFields {
  return {
    homepage: `${address}/tree/main/${home}#readme`,
    repository: { type: 'git', url: `git+${address}.git`, directory: home },
    bugs: { url: `${address}/issues` },
  };
}
