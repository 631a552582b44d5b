/**
 * Checks the configuration of a plugin: the part of Standard Schema (version 1) that is needed. Schemas of zod, valibot and
 * others fit, and so does an object written by hand.
 */
export interface ConfigSchema<T> {
  /** The part of Standard Schema that counts: `validate`, at once or by a promise. `vendor` is not read. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): SchemaResult<T> | Promise<SchemaResult<T>>;
    /** Only for type inference; not read. */
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

/** A value, or what is wrong with it. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a configuration. */
export interface SchemaIssue {
  /** What is wrong, in one sentence; the fault of the plugin shows that of the first issue. */
  readonly message: string;
  /** Keys from the configuration down to the value; absent or empty: the whole of it. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
