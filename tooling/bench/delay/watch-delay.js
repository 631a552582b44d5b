// Runs in the process that is measured, evaluated by its inspector; nothing that is built knows of it.
(() => {
  const { constants, monitorEventLoopDelay, PerformanceObserver } =
    process.getBuiltinModule('node:perf_hooks');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const pauses = [];
  const add = (entries) => {
    for (const { detail, duration } of entries)
      pauses.push({ ms: duration, isMinor: detail.kind === constants.NODE_PERFORMANCE_GC_MINOR });
  };
  const observer = new PerformanceObserver((list) => add(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  globalThis.endWatch = () => {
    delay.disable();
    add(observer.takeRecords());
    observer.disconnect();
    // The histogram counts nanoseconds from one call of the timer to the next: a millisecond between them is as it should be.
    const late = (ns) => Math.max(0, ns / 1e6 - 1);
    return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max), pauses };
  };
  delay.enable();
})();
