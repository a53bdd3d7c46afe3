import { measure } from './polling';
(async () => { for (const v of ['v3', 'v4'] as const) {
  const o = await measure('ours', { apiVersions: [v], tasks: 1000, worlds: 1, requests: 0, delay: 0 });
  console.log(v, 'requests', o.requests.toFixed(1), 'delay', (o.meanMs / 1000).toFixed(2), (o.p95Ms / 1000).toFixed(2), 'cpu', o.cpuSeconds.toFixed(2)); } process.exit(0); })();
