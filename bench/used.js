// Loaded before a process (NODE_OPTIONS): says at its end what it used, in the file N2M_BENCH_USED.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.N2M_BENCH_USED, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1_000 }));
});
