import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { capabilitiesOf } from '../../../../src/core/cloud/apiVersions';
import { apiVersions, areEndsFinal, isApiVersion } from '../../../../src/core/cloud/versionList';
import { hasEnded } from '../../../../src/core/cloud/task';

interface Setting {
  readonly enum: readonly string[];
  readonly default: string;
}

describe('the table of API versions', () => {
  it('lists the newest version first', () => {
    assert.deepEqual(apiVersions, ['v4', 'v3', 'v2', 'v1']);
  });

  it('offers in the settings what it lists', () => {
    const file = path.resolve(__dirname, '../../../../package.json');
    const text = fs.readFileSync(file, 'utf8');
    const { contributes } = JSON.parse(text) as {
      contributes: { configuration: { properties: Record<string, Setting> } };
    };
    const setting = contributes.configuration.properties['browserUseTasks.apiVersion'];
    assert.deepEqual(setting?.enum, ['auto', ...apiVersions]);
    assert.equal(setting.default, 'auto');
  });

  for (const value of apiVersions)
    it(`knows ${value}`, () => {
      assert.equal(isApiVersion(value), true);
    });

  for (const value of ['v9', 'V2', '', 'constructor', '__proto__', undefined, null, 2, ['v2']])
    it(`knows no version ${JSON.stringify(value)}`, () => {
      assert.equal(isApiVersion(value), false);
    });

  it('says what differs between v1 and v2', () => {
    const { v1, v2 } = { v1: capabilitiesOf('v1'), v2: capabilitiesOf('v2') };
    assert.deepEqual(
      [v1, v2].map(({ canShare, hasLogs, hasDashboardPage }) => [
        canShare,
        hasLogs,
        hasDashboardPage,
      ]),
      [
        [false, false, false],
        [true, true, true],
      ],
    );
    assert.deepEqual(
      [v1.statusByRawStatus.get('running'), v1.statusByRawStatus.get('started')],
      ['running', undefined],
    );
    assert.deepEqual(
      [v2.statusByRawStatus.get('running'), v2.statusByRawStatus.get('started')],
      [undefined, 'running'],
    );
    assert.deepEqual([v1.lists.filtersByCreation, v2.lists.filtersByCreation], [false, true]);
  });

  it('holds the ends of all versions for final but of v3, whose sessions may run again', () => {
    assert.deepEqual(
      apiVersions.filter((apiVersion) => !areEndsFinal(apiVersion)),
      ['v3'],
    );
  });

  for (const apiVersion of apiVersions)
    describe(apiVersion, () => {
      const { label, lists, name, statusByRawStatus } = capabilitiesOf(apiVersion);

      it('has names that tell it from the others', () => {
        const others = apiVersions.filter((other) => other !== apiVersion).map(capabilitiesOf);
        assert.ok(label.includes(name));
        assert.equal(
          others.some((other) => other.name === name || other.label === label),
          false,
        );
      });

      it('has a raw status for running and for an end, and none for an unknown status', () => {
        const statuses = [...statusByRawStatus.values()];
        assert.ok(statuses.includes('running'));
        assert.ok(statuses.some(hasEnded));
        assert.equal(statuses.includes('unknown'), false);
      });

      it('filters lists only by statuses of active tasks', () => {
        for (const word of lists.statusFilters) {
          const status = statusByRawStatus.get(word);
          assert.ok(status && !hasEnded(status), word);
        }
        assert.ok(lists.pageSize > 0);
      });
    });
});
