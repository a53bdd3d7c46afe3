import { simulatorKey, startSimulator } from '../simulator/startSimulator';
import { openWorkbench } from '../ui/workbench';
import { until } from '../ui/until';
import { table } from './table';

const seconds = 30;

/**
 * What an open, visible view costs when every tracked task has ended: requests, counted by the simulator.
 * That no timer is set either is proven on the fake clock (`test/unit/core/taskPoller.test.ts`), as VS Code's own
 * timers in the extension host can't be told from ours.
 */
export async function measureIdle(): Promise<string> {
  const simulator = await startSimulator();
  const ended = Array.from({ length: 12 }, (_, index) =>
    simulator.addTask({
      prompt: `Task ${index}`,
      createdAtMs: simulator.clock.now() - 600_000,
      lengthMs: 1000,
      end: index % 3 === 0 ? 'failed' : 'finished',
    }),
  );
  const workbench = await openWorkbench({
    settings: { 'browserUseTasks.baseUrl': simulator.url },
    env: { BROWSER_USE_API_KEY: simulatorKey, BROWSER_USE_BASE_URL: simulator.url },
  });
  try {
    await workbench.openView();
    await workbench.runCommand('Browser Use: Track Task…');
    await workbench.answerInput(ended.map(({ id }) => id).join(' '));
    // Then there is nothing for the status bar to say.
    await until('Every task read', async () => {
      const rows = await workbench.rows();
      const isRead = rows.length === ended.length && rows.every(({ icon }) => icon !== 'ellipsis');
      return isRead && !(await workbench.statusBarItem().isVisible());
    });
    const before = simulator.counts.seen.length;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const requests = simulator.counts.seen.length - before;
    return table(
      ['with no active task', 'figure', 'goal'],
      [[`requests in ${seconds} s, view open, ${ended.length} ended tasks`, requests, '0']],
    );
  } finally {
    await workbench.close();
    await simulator.close();
  }
}
