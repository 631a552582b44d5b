import type { TopologyDocument } from '../document/document.ts';
import type { Report } from './report.ts';

/**
 * Checks that servers have names in our domains. One elsewhere may be meant, and a name that is misspelt looks the same: no certificate
 * that others check by DNS fits it.
 */
export function checkDomains(document: TopologyDocument, report: Report): void {
  const domains = document.domains.map(({ name }) => name);
  for (const [index, { fqdn }] of document.servers.entries()) {
    if (domains.some((domain) => fqdn === domain || fqdn.endsWith(`.${domain}`))) continue;
    report(
      'server-outside-domains',
      ['servers', index, 'fqdn'],
      `${fqdn} is in none of the domains ${domains.join(', ')}.`,
      'Correct the name where it is misspelt; where it is meant, nothing has to be done.',
    );
  }
}
