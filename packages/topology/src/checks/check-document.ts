import { checkIsWhole } from '../document/check-is-document.ts';
import type { TopologyDocument } from '../document/document.ts';
import type { Problem } from '../terms/problem.ts';
import { checkAdministrators } from './check-administrators.ts';
import { checkAdministratorLinks, checkAuthorityLinks } from './check-authority-links.ts';
import { checkCertificates } from './check-certificates.ts';
import { type CheckCode, checkCodes } from './check-codes.ts';
import { checkDomains } from './check-domains.ts';
import { checkEnforcement } from './check-enforcement.ts';
import { checkHomes } from './check-homes.ts';
import { checkLinks } from './check-links.ts';
import { checkNames } from './check-names.ts';
import { checkOwnRoots } from './check-own-roots.ts';
import { checkPartners } from './check-partners.ts';
import { checkPolicies } from './check-policies.ts';
import { checkReferences } from './check-references.ts';
import { checkServers } from './check-servers.ts';
import { checkTelephony } from './check-telephony.ts';
import type { Report } from './report.ts';

/** The most problems that are reported at once. */
const maxProblems = 200;

/**
 * Runs every check on a document of the right shape.
 *
 * @param document - as {@link checkShape} gave it
 * @returns in the order of the checks; empty where everything fits together
 */
export function checkDocument(document: TopologyDocument): readonly Problem<CheckCode>[] {
  checkIsWhole(document, 'checkDocument');
  const problems: Problem<CheckCode>[] = [];
  const report: Report = (code, path, message, remedy) => {
    if (problems.length >= maxProblems) return;
    problems.push({ code, severity: checkCodes[code][0], message, remedy, path });
  };
  checkAdministrators(document, report);
  checkNames(document, report);
  checkReferences(document, report);
  checkServers(document, report);
  checkPartners(document, report);
  checkOwnRoots(document, report);
  checkLinks(document, report);
  checkHomes(document, report);
  checkDomains(document, report);
  checkCertificates(document, report);
  checkAuthorityLinks(document, report);
  checkAdministratorLinks(document, report);
  checkPolicies(document, report);
  checkTelephony(document, report);
  checkEnforcement(document, report);
  return problems;
}
