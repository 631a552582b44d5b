// Runs in the process that is measured, evaluated by its inspector; nothing that is built knows of it.
(() => {
  const { createHook, executionAsyncResource } = process.getBuiltinModule('node:async_hooks');
  const long = new Map();
  let counted = 0;
  let depth = 0;
  let began = 0;
  let beganOnProcessor = 0;
  const onProcessor = () => {
    const { system, user } = process.cpuUsage();
    return (system + user) / 1000;
  };
  const before = () => {
    depth += 1;
    if (depth !== 1) return;
    beganOnProcessor = onProcessor();
    began = performance.now();
  };
  const after = () => {
    // The inspector may have started this in the middle of a stretch.
    if (depth === 0) return;
    depth -= 1;
    if (depth !== 0) return;
    // The clock goes on while another process has the core, and other threads of this one have processor time of theirs.
    const ms = Math.min(performance.now() - began, onProcessor() - beganOnProcessor);
    counted += 1;
    if (ms < globalThis.leastStretchMs) return;
    const by = executionAsyncResource()?.constructor?.name ?? 'unknown';
    const known = long.get(by) ?? { count: 0, ms: 0 };
    long.set(by, { by, count: known.count + 1, ms: Math.max(known.ms, ms) });
  };
  const hook = createHook({ before, after }).enable();
  globalThis.endWatch = () => {
    hook.disable();
    return { counted, long: [...long.values()].sort((a, b) => b.ms - a.ms) };
  };
})();
