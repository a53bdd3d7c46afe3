import assert from 'node:assert/strict';
import { createCloud } from '../../src/api/index';
import { hasEnded, type TaskDetails } from '../../src/core/cloud/task';
import { getWholeDetails, summaryOf, type Cloud } from '../../src/core/cloud/taskClient';
import { apiVersions } from '../../src/core/cloud/versionList';
import { taskViewOf } from '../../src/core/details/detailsView';
import { taskForModel } from '../../src/core/formats/modelText';
import { taskJson } from '../../src/core/formats/taskJson';
import { taskMarkdown } from '../../src/core/formats/taskMarkdown';
import { snippetKinds, taskSnippet } from '../../src/core/formats/taskSnippets';
import { taskText } from '../../src/core/formats/taskText';
import { rowSentence } from '../../src/core/labels/rowDescription';
import { taskTitle } from '../../src/core/labels/taskLabels';
import { tooltipLines } from '../../src/core/labels/tooltipLines';
import { snapshotOf } from '../../src/core/tasks/taskSnapshot';
import { formatTaskRecord, parseTaskRecord } from '../../src/core/tasks/taskRecord';
import { TaskStore } from '../../src/core/tasks/taskStore';
import type { TrackedTask } from '../../src/core/tasks/trackedTask';
import { hostileKinds, hostileScript, scriptSaying } from '../fakes/hostileTasks';
import { never } from '../fakes/never';
import { virtualClock } from '../simulator/clock';
import { startSimulator, type Simulator } from '../simulator/startSimulator';
import type { TaskScript } from '../simulator/taskScript';
import { assertNoKey, canaryKey } from '../unit/api/canary';
import { unseen } from '../unit/core/details/hostileDetails';

/** What holds for a task of every API version, whatever stands in it: by the real client, over HTTP. */
for (const apiVersion of apiVersions)
  describe(`a task of ${apiVersion}, in all that leaves the extension`, () => {
    let simulator: Simulator;
    let cloud: Cloud;

    before(async () => {
      const clock = virtualClock(Date.now());
      simulator = await startSimulator({ clock, keys: [canaryKey] });
      cloud = createCloud({ baseUrl: simulator.url, key: canaryKey });
    });

    after(() => simulator.close());

    async function read(script: TaskScript): Promise<TaskDetails> {
      const { id } = simulator.addTask({ ...script, apiVersion });
      return getWholeDetails(cloud.client(apiVersion), id, never);
    }

    function trackedOf(details: TaskDetails): TrackedTask {
      const store = new TaskStore();
      store.track([details], 0);
      store.applyUpdate(details, summaryOf(details), 1, true);
      return store.get(details) ?? assert.fail();
    }

    /** For people, and for programs. */
    function formsOf(details: TaskDetails) {
      const task = trackedOf(details);
      const options = {
        now: 0,
        pauses: [],
        host: 'api.example',
        baseUrlProblem: undefined,
        formatTime: String,
      };
      return {
        lines: [
          ...tooltipLines(task, options),
          rowSentence(task, { showsVersion: true, now: 0 }),
          taskTitle(task),
        ],
        texts: [taskMarkdown(details), taskText(details)],
        others: [
          JSON.stringify(taskViewOf(details)),
          taskJson(details),
          taskForModel(details, { boundary: 'x', maxOutput: 1000 }),
          formatTaskRecord(task),
          JSON.stringify(snapshotOf(task)),
          ...snippetKinds.map((kind) =>
            taskSnippet(kind, { ref: details, baseUrl: simulator.url }),
          ),
        ],
      };
    }

    // Megabytes of text are cut in the same way for every version, which takes seconds.
    for (const kind of hostileKinds.filter((each) => each !== 'longWord'))
      it(`is harmless, though its texts are hostile: ${kind}`, async () => {
        const details = await read(hostileScript(kind));
        assert.ok(hasEnded(details.status), details.rawStatus);
        assert.ok(details.steps.length >= 2);
        const { lines, texts, others } = formsOf(details);
        for (const line of lines) assert.doesNotMatch(line, /\n/u);
        for (const text of [...lines, ...texts]) assert.doesNotMatch(text, unseen);
        for (const text of [...lines, ...texts, ...others]) assert.ok(!text.includes(canaryKey));
        assert.ok(JSON.stringify(taskViewOf(details)).length < 2_000_000);
        assert.doesNotThrow(() => JSON.parse(taskJson(details)) as unknown);
        const task = trackedOf(details);
        // Without the fields that are undefined.
        assert.deepEqual(parseTaskRecord(formatTaskRecord(task)), JSON.parse(JSON.stringify(task)));
        assert.equal(Reflect.get({}, 'polluted'), undefined);
      });

    for (const end of ['finished', 'failed'] as const)
      it(`shows the key nowhere, though the cloud repeats it in every text: ${end}`, async () => {
        const details = await read({ ...scriptSaying(`Invalid key ${canaryKey}`), end });
        assertNoKey(details);
        const { lines, texts, others } = formsOf(details);
        for (const forms of [lines, texts, others]) {
          assertNoKey(forms);
          assert.ok(forms.some((form) => form.includes('Invalid key [key]')));
        }
        for await (const { tasks } of cloud.client(apiVersion).listTasks({ isFull: true }, never))
          assertNoKey(tasks);
      });

    it('holds no link to its live browser, nor any that is signed, while it runs and after', async () => {
      const script = {
        prompt: 'Find a flight',
        steps: 3,
        lengthMs: 60_000,
        keepAlive: true,
        files: [{ name: 'prices.csv', content: 'a,b' }],
      } as const;
      const { id } = simulator.addTask({ ...script, apiVersion });
      const secrets = new Set<string>();
      for (const advanceMs of [50_000, 60_000, 120_000]) {
        simulator.clock.advance(advanceMs);
        const details = await cloud.client(apiVersion).getDetails(id, never);
        const { session, steps, screenshotUrls } = details;
        for (const url of [
          session?.liveUrl,
          ...(session?.recordingUrls ?? []),
          ...steps.map((step) => step.screenshotUrl),
          ...screenshotUrls,
        ])
          if (url !== undefined) secrets.add(url);
        const { lines, texts, others } = formsOf(details);
        for (const text of [...lines, ...texts, ...others])
          for (const secret of secrets)
            for (const part of [secret, JSON.stringify(secret).slice(1, -1)])
              assert.ok(!text.includes(part), `${part} in ${text.slice(0, 200)}`);
      }
      assert.ok([...secrets].some((url) => /live/u.test(url)) || apiVersion === 'v1');
    });
  });
