export { NetworkFolderFault, type NetworkFolderFaultCode } from './fault.ts';
export { hello } from './first-message.ts';
export { freePorts } from './free-ports.ts';
export {
  isDomain,
  layOut,
  type NetworkPlan,
  type PlannedServer,
  planFile,
  portsNeeded,
} from './network-plan.ts';
export { type RunningNetwork, startNetwork } from './start-network.ts';
