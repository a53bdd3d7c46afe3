import { simulatorKey, startSimulator, type Simulator } from '../../simulator/startSimulator';
import type { CloudOrders, Traffic, World } from './messages';

// A process of its own, so that what the cloud costs burdens nobody's figures.
// Orders begin worlds; `{group}` asks what the requests to those of an order came to.
const latencyMs = 50;
const groups: Simulator[][] = [];

async function begin({
  apiVersions,
  tasksPerWorld,
  worlds,
  spreadMs,
}: CloudOrders): Promise<readonly World[]> {
  const simulators = await Promise.all(
    Array.from({ length: worlds }, () => startSimulator({ keys: [simulatorKey] })),
  );
  groups.push(simulators);
  // As a network takes its time; else nothing would ever be under way at once.
  for (const { faults } of simulators) faults.add({ route: '*', delayMs: latencyMs });
  return simulators.map((simulator, world) => {
    const now = simulator.clock.now();
    const tasks = Array.from({ length: tasksPerWorld }, (_, index) => {
      // Created over the minute before. Ends fall between each other's, also from world to world.
      const agoMs = Math.round(((index * 7919) % tasksPerWorld) * (60_000 / tasksPerWorld));
      const createdAtMs = now - agoMs - 1000;
      const share = (index + (world + 0.5) / worlds) / tasksPerWorld;
      const lengthMs = now + 1000 + share * spreadMs - createdAtMs;
      const apiVersion = apiVersions[index % apiVersions.length] ?? 'v2';
      const script = { apiVersion, prompt: prompt(index), createdAtMs, lengthMs, steps: 12 };
      const { id } = simulator.addTask(script);
      return { apiVersion, id, endsAtMs: createdAtMs + lengthMs };
    });
    return { url: simulator.url, tasks };
  });
}

/** About as long as people write. */
function prompt(index: number): string {
  return `Task ${index}: open the shop, look for the cheapest flight that fits, and report its price, its times and the airline.`;
}

function trafficOf(group: readonly Simulator[]): Traffic {
  const counts = group.map((simulator) => simulator.counts);
  return {
    requests: counts.reduce((sum, { total }) => sum + total, 0),
    bytes: counts.reduce((sum, { bytesIn, bytesOut }) => sum + bytesIn + bytesOut, 0),
    peakConcurrency: Math.max(...counts.map(({ peakConcurrent }) => peakConcurrent)),
  };
}

process.on('message', (message: CloudOrders | { readonly group: number }) => {
  if ('group' in message) {
    process.send?.(trafficOf(groups[message.group] ?? []));
    return;
  }
  begin(message).then(
    (worlds) => process.send?.({ group: groups.length - 1, worlds }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
// Its parent has gone.
process.on('disconnect', () => process.exit());
