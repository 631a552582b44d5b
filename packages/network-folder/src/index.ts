export { freePorts } from './free-ports.ts';
export { hello } from './hello.ts';
export {
  isDomain,
  layOut,
  type NetworkPlan,
  type PlannedServer,
  planFile,
  portsNeeded,
} from './network-plan.ts';
export { NetworkProblem } from './network-problem.ts';
export { type RunningNetwork, startNetwork } from './start-network.ts';
