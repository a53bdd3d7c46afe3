import assert from 'node:assert/strict';
import type { Simulator } from '../simulator/startSimulator';
import { withCloudForAllTests } from './cloudOfTest';
import { until } from './until';
import type { Workbench } from './workbench';

describe('following the account', () => {
  let simulator: Simulator;
  let workbench: Workbench;

  withCloudForAllTests((opened) => void ({ workbench, simulator } = opened));

  before(() => {
    simulator.addTask({
      prompt: 'Started long before',
      createdAtMs: simulator.clock.now() - 3_600_000,
    });
  });

  it('is off at first, brings new tasks of every version by itself, and ends with a click', async () => {
    const isList = /\/(?:runs|sessions|tasks)\?/u;
    assert.ok(!simulator.counts.seen.some(({ url }) => isList.test(url)));
    await workbench.clickViewAction('Follow Account');
    await until('What the view says', async () =>
      (await workbench.welcomeText()).includes('Following the account'),
    );
    await workbench.screenshot('follow-account-empty');
    for (const apiVersion of ['v4', 'v2'] as const)
      simulator.addTask({
        apiVersion,
        prompt: `Started in ${apiVersion}`,
        end: 'never',
        cost: null,
      });
    for (const apiVersion of ['v4', 'v2'])
      await workbench.waitForRow(
        `The task of ${apiVersion}`,
        ({ label, icon }) => label === `Started in ${apiVersion}` && icon === 'loading',
        30_000,
      );
    assert.equal((await workbench.rows()).length, 2);
    await workbench.screenshot('follow-account');
    await workbench.clickViewAction('Stop Following Account');
    await workbench.page.getByLabel('Follow Account', { exact: true }).first().waitFor();
  });
});
