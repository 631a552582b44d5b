import { type ZodType, z } from 'zod';

/** A part of the JSON Schema of a configuration. */
interface Part {
  readonly properties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part | boolean;
  readonly anyOf?: readonly Part[];
  readonly oneOf?: readonly Part[];
  readonly allOf?: readonly Part[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Part>>;
}

/**
 * The fields that a configuration may have at a place.
 *
 * @param schema - of the whole configuration
 * @param path - of the object whose fields they are; empty for the whole
 * @returns their names; of several forms of the object those of all
 */
export function fieldsAt(schema: ZodType, path: readonly PropertyKey[]): readonly string[] {
  const whole = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Part;
  let parts = formsOf(whole, whole);
  for (const step of path) parts = parts.flatMap((part) => stepInto(part, step, whole));
  return [...new Set(parts.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function stepInto({ additionalProperties, items, properties }: Part, step: PropertyKey, whole: Part): Part[] {
  const named =
    typeof step === 'string' && Object.hasOwn(properties ?? {}, step) ? properties?.[step] : undefined;
  const inside = typeof step === 'number' ? items : (named ?? additionalProperties);
  return typeof inside === 'object' ? formsOf(inside, whole) : [];
}

/** An object that may have several forms is each of them. */
function formsOf(part: Part, whole: Part): Part[] {
  const name = part.$ref?.replace('#/$defs/', '');
  const referred = name === undefined ? undefined : whole.$defs?.[name];
  const others = [part.anyOf, part.oneOf, part.allOf].flatMap((list) => list ?? []);
  return [
    part,
    ...[...others, ...(referred === undefined ? [] : [referred])].flatMap((one) => formsOf(one, whole)),
  ];
}
