import { virtualClock } from '../simulator/clock';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/startSimulator';
import { until } from './until';
import type { Workbench } from './workbench';

/**
 * A cloud whose clock stands at the present until a test moves it: nothing in it happens by itself.
 * Who starts it closes it.
 */
export function startStillCloud(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({ clock: virtualClock(Date.now()), ...options });
}

/** Lets the workbench talk to another cloud. Each has its own tracked tasks, so this clears the view. */
export async function pointAt(workbench: Workbench, { url }: Simulator): Promise<void> {
  workbench.changeSettings({ 'browserUseTasks.baseUrl': url });
  await until('An empty view', async () => (await workbench.rows()).length === 0);
  await until('The welcome view', async () => (await workbench.welcomeText()).includes('Track'));
}

/** Tracks tasks by the palette, as a person would. */
export async function track(workbench: Workbench, text: string): Promise<void> {
  await workbench.runCommand('Browser Use: Track Task…');
  await workbench.pasteInput(text);
  await workbench.page.keyboard.press('Enter');
  await workbench.quickInput().waitFor({ state: 'hidden' });
}

/** Has a cloud take an ID for none, until its faults are cleared: such a task is missing at once. */
export function refuseId(simulator: Simulator, id: string): void {
  const detail = [{ loc: ['path', 'task_id'], msg: 'Input should be a valid UUID' }];
  simulator.faults.add({
    route: `GET /api/*/${id}*`,
    effect: { kind: 'answer', status: 422, body: { detail } },
  });
}
