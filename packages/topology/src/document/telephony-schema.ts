import { z } from 'zod';
import { isDomainName } from '../names/domain-name.ts';
import { domainName, text } from './field-types.ts';

/** How many entries of each kind the settings of telephony may have. */
export const telephonyLimits = { rules: 256, routes: 10_000, emergencyNumbers: 64 } as const;

const maxNumber = 64;
const digits = (expected: string, accepts: (value: string) => boolean) =>
  text('not-a-number', expected, accepts, maxNumber, '');

const dialled = digits('the beginning of a number: + and digits, or digits, * and #', (value) =>
  /^(?:\+\d*|[\d*#]*)$/.test(value),
);
const emergency = digits('an emergency number: digits', (value) => /^\d+$/.test(value));
/** The beginning of a number that is global, or an emergency number. */
const routed = digits('+ and digits, or an emergency number', (value) => /^(?:\+\d*|\d+)$/.test(value));
/** The beginning of global numbers. */
export const globalPrefix = digits('+ and at least one digit', (value) => /^\+\d+$/.test(value));
const context = text(
  'not-a-number',
  'a domain name, or + and digits',
  (value) => /^\+\d+$/.test(value) || isDomainName(value),
  253,
  '',
);
const length = z.int().min(1).max(maxNumber);

/** The shape of `telephony`. */
export const telephonySchema = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        prefix: dialled,
        minLength: length.optional(),
        maxLength: length.optional(),
        context: context.optional(),
        strip: z.int().min(0).max(maxNumber).optional(),
        prepend: dialled.optional(),
      }),
    )
    .max(telephonyLimits.rules)
    .optional(),
  routes: z
    .array(
      z.strictObject({
        prefix: routed,
        gateway: domainName,
        cost: z.int().min(0).max(1_000).optional(),
      }),
    )
    .max(telephonyLimits.routes)
    .optional(),
  emergencyNumbers: z.array(emergency).max(telephonyLimits.emergencyNumbers).optional(),
  healthSeconds: z.int().min(1).max(3_600).optional(),
});
