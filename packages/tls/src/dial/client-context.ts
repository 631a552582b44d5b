import { createSecureContext, type SecureContext } from 'node:tls';
import type { LinkContext } from '@entente/trust';
import type { KeyMaterial } from '../credential/credential.ts';
import { contextSettings, platformAnchors } from '../credential/platform-settings.ts';
import type { Trust } from '../trust/trust.ts';

/** Stands for a client without certificate. */
const nobody = {};
/** Reading certificate and key costs more than the handshake's own signature: one context per certificate and settings. */
const contexts = new WeakMap<object, Map<string, SecureContext>>();

/** Contexts kept per certificate; more kinds than this in use at once are made anew each time. */
const mostContexts = 16;

/**
 * The secure context of an outbound connection. Sharing it shares no sessions: those resume only where a caller passes one.
 *
 * @param trust - whose anchors OpenSSL is told, where it is told any
 * @param material - what we present
 * @param link - which link it is for
 * @param minVersion - least protocol version
 */
export function clientContext(
  trust: Trust,
  material: KeyMaterial | undefined,
  link: LinkContext,
  minVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
): SecureContext {
  const anchors = platformAnchors(trust, link);
  const holder = material ?? nobody;
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
