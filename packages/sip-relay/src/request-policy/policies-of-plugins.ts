import type { PluginCalls } from '@entente/host';
import { type NamedPolicy, readAnswer } from './ask-policies.ts';
import { requestPolicyPort } from './request-policy.ts';

/**
 * The policies of the plugins of a server, each in a process of its own: it can refuse, or let the server go on, and nothing else.
 * @param plugins - of the server, loaded with {@link requestPolicyPort} among the ports that it accepts
 */
export function policiesOfPlugins(plugins: {
  calls(port: typeof requestPolicyPort): readonly Pick<PluginCalls, 'call' | 'onFailure' | 'plugin'>[];
}): readonly NamedPolicy[] {
  return plugins.calls(requestPolicyPort).map((calls) => ({
    plugin: calls.plugin,
    onFailure: calls.onFailure,
    policy: { judge: (view) => calls.call(requestPolicyPort, 'judge', [view], readAnswer) },
  }));
}
