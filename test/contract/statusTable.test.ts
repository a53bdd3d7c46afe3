import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import { hasEnded } from '../../src/core/cloud/task';
import { summaryOf, type Cloud, type TaskUpdate } from '../../src/core/cloud/taskClient';
import { appearanceLabel, appearanceOf } from '../../src/core/labels/taskLabels';
import { rowSentence } from '../../src/core/labels/rowDescription';
import { TaskStore } from '../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../src/core/tasks/trackedTask';
import { allPages } from '../fakes/clientPages';
import { scriptOf, statusRows } from '../fakes/statusTable';
import { never } from '../fakes/never';
import { virtualClock } from '../simulator/clock';
import { simulatorKey, startSimulator, type Simulator } from '../simulator/startSimulator';

/** By the real client, over HTTP, and the store: what the words of the cloud become in the view. */
describe('the table of what the words of v3 and v4 mean', () => {
  let simulator: Simulator;
  let cloud: Cloud;

  before(async () => {
    simulator = await startSimulator({ clock: virtualClock(Date.now()) });
    cloud = createCloud({ baseUrl: simulator.url, key: simulatorKey });
  });

  after(() => simulator.close());

  for (const row of statusRows) {
    const { word, appearance } = row;
    const script = scriptOf(row, Date.now());
    it(`${script.prompt} (${word}) looks ${appearance}`, async () => {
      const { apiVersion = 'v3' } = script;
      const { id } = simulator.addTask(script);
      const ref = { apiVersion, id };
      const client = cloud.client(apiVersion);
      const taskOf = (update: TaskUpdate): TrackedTask => {
        const store = new TaskStore();
        store.track([ref], 0);
        store.applyUpdate(ref, update, 1, true);
        return store.get(ref) ?? assert.fail();
      };
      const details = await client.getDetails(id, never);
      const task = taskOf(summaryOf(details));
      assert.equal(task.rawStatus, word);
      assert.equal(appearanceOf(task), appearance);
      assert.equal(appearanceOf(taskOf(summaryOf(await client.getTask(id, never)))), appearance);
      // Of v4, the verdict comes with the whole run only.
      const undecided = appearanceOf({ ...task, isSuccess: undefined, judgeVerdict: undefined });
      const pages = await allPages(client, {}, never);
      const listed = pages.flatMap(({ tasks }) => tasks).find((each) => each.id === id);
      assert.ok(listed);
      for (const update of [await client.getStatus(id, never), listed]) {
        const seen = taskOf(update);
        assert.equal(seen.rawStatus, word);
        assert.ok([appearance, undecided].includes(appearanceOf(seen)), appearanceOf(seen));
      }
      const isActive = ['created', 'running', 'unknown'].includes(appearance);
      assert.equal(hasEnded(details.status), !isActive);
      const label = appearanceLabel(task);
      if (appearance === 'unknown') assert.equal(label, word);
      const sentence = rowSentence(task, { showsVersion: true, now: 0 });
      assert.ok(sentence.includes(`: ${label.toLowerCase()}.`), sentence);
    });
  }
});
