import { createSecureContext, type SecureContext } from 'node:tls';
import type { LinkContext } from '@entente/trust';
import type { KeyMaterial } from '../credential/credential.ts';
import { contextSettings, platformAnchors } from '../credential/platform-settings.ts';
import type { Trust } from '../trust/trust.ts';

/** The key of the contexts of clients without certificate. */
const noMaterial = {};
/** Reading certificate and key costs more than the handshake's own signature: one context for each certificate and settings. */
const contexts = new WeakMap<object, Map<string, SecureContext>>();

/** Contexts kept for one certificate; with more kinds than this in use, each is created again. */
const mostContexts = 16;

/**
 * Gives the secure context of an outbound connection. Connections that share it share no session: a client resumes a session
 * only where its caller passes one.
 *
 * @param trust - whose anchors OpenSSL is given, where it is given any
 * @param material - certificate and key to present
 * @param link - which link it is for
 * @param minVersion - lowest protocol version
 */
export function clientContext(
  trust: Trust,
  material: KeyMaterial | undefined,
  link: LinkContext,
  minVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
): SecureContext {
  const anchors = platformAnchors(trust, link);
  const holder = material ?? noMaterial;
  let byKind = contexts.get(holder);
  if (byKind === undefined) {
    byKind = new Map();
    contexts.set(holder, byKind);
  }
  const kind = `${minVersion} ${anchors.join('')}`;
  let context = byKind.get(kind);
  if (context === undefined) {
    context = createSecureContext(contextSettings(material, anchors, minVersion));
    if (byKind.size >= mostContexts) byKind.clear();
    byKind.set(kind, context);
  }
  return context;
}
