import assert from 'node:assert/strict';
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
    await workbench.close();
    await simulator.close();
  });

  it('shows the view', async () => {
    await workbench.openView();
    assert.ok((await workbench.commandTitles('Browser Use: ')).includes('Browser Use: Show Log'));
  });
});
