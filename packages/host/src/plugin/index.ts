export { definePlugin, type Plugin, type PluginLog, type PluginScope, type Port } from './plugin.ts';
export type { ConfigSchema, SchemaIssue, SchemaResult } from './standard-schema.ts';
