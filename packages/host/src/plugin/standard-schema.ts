/**
 * What a plugin's configuration is checked with: the part of Standard Schema (version 1) that is needed. zod, valibot and
 * others fit as they are, and so does an object written by hand.
 */
export interface ConfigSchema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): SchemaResult<T> | Promise<SchemaResult<T>>;
    /** Only for type inference; never read. */
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

/** A value, or what is wrong with it. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a configuration. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
