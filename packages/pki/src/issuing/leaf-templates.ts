import type { Issuer } from '../ground/issuer.ts';
import { type CertificateProfile, profiles } from '../ground/profile.ts';
import type { ProfileName } from '../ground/request.ts';
import { type LeafTemplate, leafTemplate } from './leaf-template.ts';

/** What differs in a certificate of an external interface. */
export interface OutsideView {
  /** Bases of the plain HTTP addresses at which outsiders find CRLs and issuer certificates; at least one. */
  readonly objectsUrls: readonly string[];
  /** The issuing authority's certificate for outsiders, and those above it without the root, DER. */
  readonly chain: readonly Uint8Array[];
}

/** Every profile with its template. */
export type LeafTemplates = Readonly<
  Record<ProfileName, { readonly profile: CertificateProfile; readonly template: LeafTemplate }>
>;

/**
 * Prepares the templates of an issuer: for members at once, for outsiders when their addresses are known, and again when these
 * change.
 * @param options - issuer, the address of CRLs for members, and profiles that replace the default ones
 * @returns the templates for a view; `undefined` is the view of members
 */
export function leafTemplates(options: {
  readonly issuer: Issuer;
  readonly objectsUrl: string;
  readonly profiles?: Partial<LeafProfiles>;
}): (view: OutsideView | undefined) => LeafTemplates {
  const inside = templatesAt([options.objectsUrl], options);
  let outside: { readonly urls: string; readonly templates: LeafTemplates } | undefined;
  return (view) => {
    if (view === undefined) return inside;
    const urls = view.objectsUrls.join(' ');
    if (outside?.urls !== urls) outside = { urls, templates: templatesAt(view.objectsUrls, options) };
    return outside.templates;
  };
}

type LeafProfiles = Readonly<Record<ProfileName, CertificateProfile>>;

function templatesAt(
  objectsUrls: readonly string[],
  { issuer, profiles: changed }: { readonly issuer: Issuer; readonly profiles?: Partial<LeafProfiles> },
): LeafTemplates {
  const entries = (Object.keys(profiles) as ProfileName[]).map((name) => {
    const profile = changed?.[name] ?? profiles[name];
    return [name, { profile, template: leafTemplate(issuer, profile, objectsUrls) }] as const;
  });
  return Object.fromEntries(entries) as unknown as LeafTemplates;
}
