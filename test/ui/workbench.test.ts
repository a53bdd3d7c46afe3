import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';
import { openWorkbench, type Workbench } from './workbench';

describe('the workbench with the packaged extension', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  before(async () => {
    simulator = await startSimulator();
    workbench = await openWorkbench({
      settings: { 'browserUseTasks.baseUrl': simulator.url },
      env: { BROWSER_USE_API_KEY: simulatorKey },
    });
  });

  after(async () => {
    await workbench?.close();
    await simulator?.close();
  });

  it('tracks a task from the palette and shows it run', async () => {
    const { id } = simulator.addTask({ prompt: 'Water the plants', end: 'never' });
    await workbench.openView();
    await workbench.runCommand('Browser Use: Track Task…');
    await workbench.answerInput(id);
    const row = await workbench.waitForRow('A running task', ({ icon }) => icon === 'loading');
    assert.equal(row.label, 'Water the plants');
    assert.ok(row.spins);
  });

  it('is seen in light, dark and high contrast', async () => {
    const pictures = new Set<string>();
    for (const theme of ['light', 'dark', 'highContrast', 'highContrastLight'] as const) {
      await workbench.setTheme(theme);
      const file = await workbench.screenshot(`workbench-${theme}`);
      pictures.add(fs.readFileSync(file, 'base64'));
    }
    assert.equal(pictures.size, 4);
  });
});
